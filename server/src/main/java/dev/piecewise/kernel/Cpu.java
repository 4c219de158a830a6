package dev.piecewise.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What Linux tells of this machine's processor. Elsewhere nothing is known of it. */
public final class Cpu {
    private static final Set<String> FLAGS = flags(Path.of("/proc/cpuinfo"));

    private Cpu() {}

    /** Whether it has all these features, by the names that {@code /proc/cpuinfo} has for them. */
    public static boolean has(String... features) {
        return FLAGS.containsAll(List.of(features));
    }

    private static Set<String> flags(Path info) {
        try (Stream<String> lines = Files.lines(info)) {
            return lines.filter(line -> line.startsWith("flags"))
                    .limit(1)
                    .flatMap(line -> Arrays.stream(line.split("\\s+")))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (IOException notLinux) {
            return Set.of();
        }
    }
}
