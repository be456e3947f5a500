package io.wirelace.cli;

import io.wirelace.Client;
import io.wirelace.error.CloseReason;
import io.wirelace.error.ErrorCode;
import io.wirelace.error.Fault;
import io.wirelace.error.WirelaceException;
import java.util.ArrayList;
import java.util.List;

/**
 * The connections of one load, ended together.
 *
 * @param clients one each
 */
record Connections(List<Client> clients) implements AutoCloseable {

  /** Makes them, and sees whether the server has the routes that measuring needs. */
  static Connections open(LoadPlan plan) {
    Connections connections = new Connections(new ArrayList<>());
    try {
      for (int i = 0; i < plan.connections(); i++) {
        connections.clients.add(plan.connect());
      }
      requireDemoRoutes(connections.clients.getFirst(), plan.uri());
      return connections;
    } catch (RuntimeException e) {
      connections.close();
      throw e;
    }
  }

  private static void requireDemoRoutes(Client client, String uri) {
    try {
      client.request("sink.count", new byte[0]);
    } catch (WirelaceException e) {
      if (e.fault().is(ErrorCode.NO_ROUTE)) {
        throw new WirelaceException(
            Fault.of(
                ErrorCode.NO_ROUTE,
                uri + " has not the routes that measuring needs: start it with lace serve --demo"));
      }
      throw e;
    }
  }

  /** Ends all of them; at once, because each may take its time. */
  @Override
  public void close() {
    clients.forEach(client -> client.session().close(CloseReason.local()));
    clients.forEach(Client::close);
  }
}
