package dev.piecewise.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.http.HttpLimits;
import dev.piecewise.metrics.Metrics;
import dev.piecewise.text.TinyTokenizers;
import dev.piecewise.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;

/** A gateway on a real socket, with stand-ins behind it. */
final class TestGateway implements AutoCloseable {
    static final int BOS = 1;
    static final int EOS = 2;

    private static final ObjectMapper JSON = new ObjectMapper();

    final ScriptedEngine engine = new ScriptedEngine();
    final MemoryStore store = new MemoryStore();
    final ScriptedPersonalizer personalizer = new ScriptedPersonalizer(store);
    final Metrics metrics = new Metrics("tiny", ScriptedEngine.MAX_LENGTH);
    final Tokenizer tokenizer = tokenizer();
    final Gateway gateway;
    final int port;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TestGateway(HttpLimits limits) {
        gateway = new Gateway(limits, metrics);
        try {
            port = gateway.start("127.0.0.1", 0);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static TestGateway loading(HttpLimits limits) {
        return new TestGateway(limits);
    }

    static TestGateway serving(HttpLimits limits) {
        TestGateway test = new TestGateway(limits);
        test.serve();
        return test;
    }

    static TestGateway serving() {
        return serving(HttpLimits.DEFAULT);
    }

    void serve() {
        ServedModel model = new ServedModel(
                "tiny",
                Instant.ofEpochSecond(1_700_000_000),
                "0123456789abcdef",
                tokenizer.size(),
                Set.of(EOS),
                tokenizer);
        gateway.serve(new Serving(model, engine, personalizer, store));
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        return client.send(request(method, path, body), HttpResponse.BodyHandlers.ofString());
    }

    /** The answer as soon as its head is there; its body can be read as it comes. */
    HttpResponse<Stream<String>> open(String body) throws IOException, InterruptedException {
        return client.send(request("POST", "/v1/completions", body), HttpResponse.BodyHandlers.ofLines());
    }

    HttpResponse<String> complete(String body) throws IOException, InterruptedException {
        return send("POST", "/v1/completions", body);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path, "");
    }

    static JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        client.close();
        gateway.close();
    }

    private HttpRequest request(String method, String path, String body) {
        return HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static Tokenizer tokenizer() {
        try {
            Path directory = Files.createTempDirectory("tokenizer");
            try {
                return TinyTokenizers.byteFallback(directory);
            } finally {
                try (Stream<Path> files = Files.walk(directory)) {
                    files.sorted(Comparator.reverseOrder())
                            .forEach(file -> file.toFile().delete());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
