package dev.piecewise.gateway;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.gateway.completion.Dialect;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.http.HttpLimits;
import dev.piecewise.metrics.Metrics;
import dev.piecewise.personalization.PublishedPools;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import dev.piecewise.telemetry.Traces;
import dev.piecewise.tenant.Entrance;
import dev.piecewise.tenant.KeyRing;
import dev.piecewise.text.ChatTemplates;
import dev.piecewise.text.TinyTokenizers;
import dev.piecewise.text.Tokenizer;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** A gateway on a real socket, with a real store and tokenizer; engine and personalizer are stand-ins. */
final class TestGateway implements AutoCloseable {
    /** What everything that is sent through here is held against. */
    static final Contract CONTRACT = Contract.parse(resource());

    static final int BOS = 1;
    static final int EOS = 2;

    /** Writes {@code [user]Hi[assistant]}, and calls as Hermes does. */
    private static final String TEMPLATE = """
            {%- for m in messages -%}
            [{{ m.role }}]{{ m.content }}
            {%- for call in m.tool_calls or [] -%}
            <tool_call>{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}</tool_call>
            {%- endfor -%}
            {%- endfor -%}
            {%- if tools -%}[tools]{%- for tool in tools -%}{{ tool.function.name }};{%- endfor -%}{%- endif -%}
            {%- if raise -%}{{ raise_exception(raise) }}{%- endif -%}
            {%- if spin -%}{%- for i in range(spin) -%}{%- for j in range(spin) -%}x{%- endfor -%}{%- endfor -%}{%- endif -%}
            {%- if reasoning_effort -%}[effort]{{ reasoning_effort }}{%- endif -%}
            {%- if add_generation_prompt -%}[assistant]{%- endif -%}
            {%- if think -%}{{ "<think>\\n" }}{%- endif -%}
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    final ScriptedEngine engine = new ScriptedEngine();
    final Store store;
    final ScriptedPersonalizer personalizer;
    final Metrics metrics;
    final Tokenizer tokenizer;
    final Gateway gateway;
    final int port;
    /** Further names of the model, from the next {@link #serve} on. */
    List<String> aliases = List.of();
    /** Whether thoughts are given apart, from the next {@link #serve} on. */
    boolean reasoning;

    /** What {@link #serve} serves besides. */
    PublishedPools pools = PublishedPools.NONE;

    int reassembleAfter;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Path directory;

    private TestGateway(HttpLimits limits, Entrance entrance) {
        this(limits, entrance, Traces.OFF);
    }

    private TestGateway(HttpLimits limits, Entrance entrance, Traces traces) {
        metrics = new Metrics("tiny", ScriptedEngine.MAX_LENGTH, traces);
        directory = newDirectory();
        store = Stores.open("jdbc:sqlite:" + directory.resolve("store.db"));
        personalizer = new ScriptedPersonalizer(store);
        tokenizer = TinyTokenizers.byteFallback(directory);
        write(directory.resolve("chat_template.jinja"), TEMPLATE);
        gateway = new Gateway(limits, metrics, true, entrance);
        try {
            port = gateway.start("127.0.0.1", 0);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The usual limits with other ones of requests and of time. */
    static HttpLimits limits(int requests, Duration idle, Duration patience) {
        HttpLimits usual = HttpLimits.DEFAULT;
        return new HttpLimits(
                usual.bodyBytes(),
                usual.uploadBytes(),
                usual.uriBytes(),
                usual.headerBytes(),
                requests,
                idle,
                patience,
                usual.writeBytes());
    }

    static TestGateway loading(HttpLimits limits) {
        return new TestGateway(limits, Entrance.WITHOUT_KEYS);
    }

    static TestGateway serving(HttpLimits limits) {
        TestGateway test = new TestGateway(limits, Entrance.WITHOUT_KEYS);
        test.serve();
        return test;
    }

    /** Serves those who have a key in the store. */
    static TestGateway serving(KeyRing keys) {
        TestGateway test = new TestGateway(HttpLimits.DEFAULT, keys);
        keys.follow(test.store.keys());
        test.serve();
        return test;
    }

    static TestGateway serving() {
        return serving(HttpLimits.DEFAULT);
    }

    static TestGateway serving(Traces traces) {
        TestGateway test = new TestGateway(HttpLimits.DEFAULT, Entrance.WITHOUT_KEYS, traces);
        test.serve();
        return test;
    }

    void serve() {
        ServedModel model = new ServedModel(
                new ServedModel.Names("tiny", aliases),
                Instant.ofEpochSecond(1_700_000_000),
                "sha256:0123456789abcdef",
                tokenizer.size(),
                Set.of(EOS),
                tokenizer,
                Dialect.of(ChatTemplates.load(directory)).withReasoning(reasoning));
        gateway.serve(new Serving(model, engine, personalizer, store, pools, reassembleAfter));
    }

    /** With an engine that says this to everybody from now on. */
    TestGateway saying(String text) {
        engine.say(text);
        return this;
    }

    /** Where the store's files are. */
    Path directory() {
        return directory;
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    HttpResponse<String> send(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request(method, path, body), HttpResponse.BodyHandlers.ofString());
        assertThat(CONTRACT.violations(method, path, body, answer(response)))
                .as("%s %s against openapi.yaml: %s", method, path, response.body())
                .isEmpty();
        return response;
    }

    HttpResponse<String> complete(String body) throws IOException, InterruptedException {
        return send("POST", "/v1/completions", body);
    }

    /** The answer to a completion request, to be looked at. */
    ValidatableResponse completion(String body) {
        return given().filter(TestGateway::checked)
                .port(port)
                .contentType("application/json")
                .body(body)
                .post("/v1/completions")
                .then();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path, "");
    }

    static JsonNode json(HttpResponse<String> response) {
        return json(response.body());
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        client.close();
        gateway.close();
        store.close();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Holds what RestAssured sends and gets against openapi.yaml, too. */
    static Response checked(
            FilterableRequestSpecification request, FilterableResponseSpecification expected, FilterContext filters) {
        Response response = filters.next(request, expected);
        URI uri = URI.create(request.getURI());
        String path = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        Object body = request.getBody();
        Contract.Answer answer = new Contract.Answer(
                response.statusCode(),
                response.contentType(),
                response.header("x-piecewise-adapter"),
                response.body().asString());
        assertThat(CONTRACT.violations(request.getMethod(), path, body == null ? "" : body.toString(), answer))
                .as("%s %s against openapi.yaml: %s", request.getMethod(), path, answer.body())
                .isEmpty();
        return response;
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

    private static Contract.Answer answer(HttpResponse<String> response) {
        return new Contract.Answer(
                response.statusCode(),
                response.headers().firstValue("content-type").orElse(null),
                response.headers().firstValue("x-piecewise-adapter").orElse(null),
                response.body());
    }

    private static String resource() {
        try (InputStream file = Objects.requireNonNull(Gateway.class.getResourceAsStream("openapi.yaml"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory("gateway");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
