package dev.piecewise.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.piecewise.fixture.Programs;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A real Prometheus that scrapes one server every second by the repository's own configuration. A test that asks for one is skipped where it is not installed. */
final class Prometheus implements AutoCloseable {
    static final Path CONFIG = Path.of("..", "config", "prometheus");

    private final Process process;
    private final ServerClient client;

    private Prometheus(Process process, ServerClient client) {
        this.process = process;
        this.client = client;
    }

    /** {@code directory} is for its files, {@code target} the host and port that it scrapes. */
    static Prometheus scraping(String target, Path directory) throws IOException {
        String program = program("prometheus");
        Files.writeString(
                directory.resolve("prometheus.yml"),
                Files.readString(CONFIG.resolve("prometheus.yml"))
                        .replace("piecewise:8080", target)
                        .replace("_interval: 5s", "_interval: 1s")
                        .replace("_interval: 15s", "_interval: 1s"));
        Files.copy(CONFIG.resolve("alerts.yml"), directory.resolve("alerts.yml"));
        String address = "127.0.0.1:" + freePort();
        Process process = new ProcessBuilder(
                        program,
                        "--config.file=" + directory.resolve("prometheus.yml"),
                        "--storage.tsdb.path=" + directory.resolve("series"),
                        "--web.listen-address=" + address)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
        return new Prometheus(process, new ServerClient("http://" + address));
    }

    /** Where the program is. */
    static String program(String name) {
        Assumptions.assumeTrue(Programs.onPath(name).isPresent(), "there is no " + name + " here");
        return Programs.onPath(name).orElseThrow().toString();
    }

    /** What it answers at this path; nothing as long as it does not. */
    JsonNode get(String path) throws IOException, InterruptedException {
        if (!process.isAlive()) {
            throw new AssertionError("Prometheus ended with status " + process.exitValue());
        }
        try {
            return client.get(path).json().path("data");
        } catch (ConnectException starting) {
            return MissingNode.getInstance();
        }
    }

    /** Whether an expression has a value now that is a number. */
    boolean hasData(String expression) throws IOException, InterruptedException {
        JsonNode result = get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .path("result");
        for (JsonNode series : result) {
            if (!Double.isNaN(Double.parseDouble(series.at("/value/1").asText()))) {
                return true;
            }
        }
        return false;
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
