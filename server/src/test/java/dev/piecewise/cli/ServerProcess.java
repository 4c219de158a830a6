package dev.piecewise.cli;

import dev.piecewise.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** {@code piecewise serve} in a process of its own. */
final class ServerProcess implements AutoCloseable {
    private static final String READY = "piecewise: ready on ";

    private final Process process;
    private final Queue<String> said = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<String> url = new CompletableFuture<>();

    private ServerProcess(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::listen);
    }

    static ServerProcess start(List<String> settings) throws IOException {
        return start(settings, Map.of());
    }

    /** With these variables in its environment besides. */
    static ServerProcess start(List<String> settings, Map<String, String> environment) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("serve"));
        settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        ProcessBuilder process = piecewise(arguments);
        process.environment().putAll(environment);
        return new ServerProcess(process.start());
    }

    /** Any of the commands, in a process. */
    static ProcessBuilder piecewise(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    /** Waits until it serves. */
    ServerClient ready() throws Exception {
        return new ServerClient(url.get(60, TimeUnit.SECONDS));
    }

    /** SIGTERM. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    int exitStatus(int seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new AssertionError("it runs after %d s; it said:%n%s".formatted(seconds, said()));
        }
        return process.exitValue();
    }

    /** Everything that it wrote to standard error. */
    String said() {
        return String.join("\n", said);
    }

    private void listen() {
        try (BufferedReader lines = process.errorReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                if (line.startsWith(READY)) {
                    url.complete(line.substring(READY.length()));
                }
            }
            url.completeExceptionally(new AssertionError("it ended:\n" + said()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
