package io.wirelace.benchmarks.contender;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The serving process: {@code ServerProgram CLASS [HOST]}. Prints {@code READY address}; answers
 * the line {@code memory} with one of what it holds; ends when its input ends.
 */
public final class ServerProgram {
  private ServerProgram() {}

  /** Runs it. */
  public static void main(String[] args) throws Exception {
    Contender contender = Contenders.named(args[0]);
    String address = args.length > 1 ? contender.serveAt(args[1]) : contender.serve();
    System.out.println("READY " + address);
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String command;
    while ((command = commands.readLine()) != null) {
      if (command.equals("memory")) {
        Memory memory = Memory.afterCollection();
        System.out.println(
            "MEMORY " + memory.heapBytes() + " " + memory.nettyBytes() + " " + memory.nioBytes());
      }
    }
    System.exit(0);
  }
}
