package io.wirelace.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class LimitsTest {
  @Test
  void settingsOfTheKernelAreToldInFull() throws Exception {
    String most = Files.readAllLines(Path.of("/proc/sys/fs/nr_open")).getFirst();

    assertThat(most).hasSizeGreaterThan(3);
    assertThat(Limits.kernel()).startsWith("fs.nr_open = " + most + "; ");
    assertThat(Limits.kernel()).containsPattern("ip_local_port_range = \\d+ \\d+; ");
  }

  @Test
  void connectionsLeaveRoomForOtherFiles() throws Exception {
    assertThat(Limits.mostConnections()).isEqualTo(Limits.openFiles() - 500);
  }
}
