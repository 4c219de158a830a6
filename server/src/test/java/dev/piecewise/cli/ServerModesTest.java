package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.piecewise.adapter.LoraAdapter;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.checkpoint.Projection;
import dev.piecewise.fixture.ReferenceLora;
import dev.piecewise.fixture.ReferenceModel;
import dev.piecewise.fixture.TinyAdapter;
import dev.piecewise.retrieval.Preamble;
import dev.piecewise.text.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole server: users' own adapters, items of a history before the prompt, plans that are tried before they are served. */
@Timeout(120)
class ServerModesTest {
    @TempDir
    static Path directory;

    private static Path model;

    @AutoClose
    private static RunningServer server;

    private static ServerClient client;

    @BeforeAll
    static void start() throws Exception {
        model = TinyFiles.model(directory);
        Path pool = TinyFiles.pool(model, 7, directory.resolve("pool"));
        server = RunningServer.start(model, pool, RunningServer.database(directory), "engine.kv-places=4096");
        client = server.client();
    }

    @Test
    void anUploadedAdapterAnswersUntilItIsErased() throws Exception {
        LoraAdapter adapter = adapter(5);
        byte[] zip = zip(adapter);
        HttpResponse<String> put = send("PUT", "/v1/users/ann/adapter", zip);
        assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
        assertThat(put.body()).contains("\"object\":\"adapter\"", "\"rank\":3", "\"sites\":14");

        ServerClient.Answer answer = client.complete("ann", "");
        int[] expected = ReferenceModel.read(model)
                .greedy(Tokenizer.load(model).encode("a question for all", true), 24, ReferenceLora.of(adapter));
        assertThat(answer.servedBy().path("mode").asText()).isEqualTo("own");
        assertThat(ints(answer.json().at("/choices/0/token_ids"))).isEqualTo(expected);

        HttpResponse<byte[]> got = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(client.url() + "/v1/users/ann/adapter"))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        assertThat(got.headers().firstValue("content-type")).contains("application/zip");
        assertThat(send("PUT", "/v1/users/eve/adapter", got.body()).body())
                .contains(client.complete("ann", "")
                        .servedBy()
                        .path("fingerprint")
                        .asText());

        JsonNode erased = client.send("DELETE", "/v1/users/ann", "").json();
        assertThat(erased.at("/erased/adapter").asBoolean()).isTrue();
        assertThat(client.complete("ann", "").servedBy().path("mode").asText()).isEqualTo("base");
        assertThat(client.send("DELETE", "/v1/users/eve/adapter", "").status()).isEqualTo(200);
        assertThat(client.send("DELETE", "/v1/users/eve/adapter", "").status()).isEqualTo(404);
        assertThat(client.get("/v1/users/eve/adapter").status()).isEqualTo(404);
    }

    @Test
    void whatIsNoAdapterIsRefused() throws Exception {
        HttpResponse<String> refused = send("PUT", "/v1/users/ann/adapter", new byte[] {'P', 'K', 3, 4});
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("\"param\":\"adapter\"");
        assertThat(client.complete("ann", ",\"piecewise\":{\"mode\":\"own\"}").status())
                .isEqualTo(404);
    }

    @Test
    void itemsOfTheHistoryStandBeforeThePrompt() throws Exception {
        client.post("/v1/users/bob/history", """
                {"items":["it rained",{"prompt":"who is it for? ","completion":"all of us"},{"text":"a question of taste"},"so it goes","the end"]}""");
        ServerClient.Answer answer = client.complete("bob", ",\"piecewise\":{\"mode\":\"rag\"}");

        String packed = Preamble.DEFAULT.put(
                List.of("a question of taste", "who is it for? all of us", "the end", "so it goes"),
                "a question for all");
        assertThat(ints(answer.json().at("/choices/0/prompt_token_ids")))
                .isEqualTo(Tokenizer.load(model).encode(packed, true));
        assertThat(answer.servedBy().path("mode").asText()).isEqualTo("rag");
        assertThat(answer.servedBy().path("history_items").asInt()).isEqualTo(4);
        assertThat(answer.response().headers().firstValue("X-Piecewise-Adapter").orElseThrow())
                .startsWith("rag;");

        assertThat(client.post("/v1/users/bob/plan", "{}").status()).isEqualTo(200);
        JsonNode both = client.complete("bob", ",\"piecewise\":{\"mode\":\"assembled+rag\"}")
                .servedBy();
        assertThat(both.path("mode").asText()).isEqualTo("assembled+rag");
        assertThat(both.path("pool").isTextual()).isTrue();

        assertThat(client.post(
                                "/v1/completions",
                                "{\"user\":\"bob\",\"prompt\":[5,6],\"piecewise\":{\"mode\":\"rag\"}}")
                        .status())
                .isEqualTo(400);
    }

    /** Random pieces make what a user wrote likelier or less likely; the plan says which, and the server does as it says. */
    @Test
    void aPlanIsTriedOnTheNewestItemsBeforeItIsServed() throws Exception {
        for (int user = 0; user < 4; user++) {
            String name = "guarded" + user;
            String items = String.join(
                    ",",
                    IntStream.range(0, 10)
                            .mapToObj(i -> "\"line %d of %s\"".formatted(i, name))
                            .toList());
            client.post("/v1/users/" + name + "/history", "{\"items\":[" + items + "]}");
            client.post("/v1/users/" + name + "/plan", "{}");
            JsonNode guard = client.get("/v1/users/" + name + "/plan").json().path("guard");

            assertThat(guard.path("items").asInt()).isEqualTo(2);
            boolean worse = guard.path("assembled_loss").asDouble()
                    > guard.path("base_loss").asDouble();
            assertThat(guard.path("worse").asBoolean()).isEqualTo(worse);
            JsonNode served = client.complete(name, "").servedBy();
            assertThat(served.path("mode").asText()).isEqualTo(worse ? "base" : "assembled");
            assertThat(served.path("reason").asText())
                    .startsWith(worse ? "the plan is worse than the base on the newest 2 items" : "user has a plan");
        }
    }

    private static LoraAdapter adapter(long seed) {
        ModelConfig config = ModelConfigReader.read(model);
        return TinyAdapter.of(config, 3, seed, Projection.values());
    }

    private static byte[] zip(LoraAdapter adapter) throws IOException {
        Path peft = TinyAdapter.write(
                adapter,
                ModelConfigReader.read(model),
                Files.createTempDirectory(directory, "peft").resolve("adapter"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
                zip.putNextEntry(new ZipEntry("ann/" + file));
                zip.write(Files.readAllBytes(peft.resolve(file)));
            }
        }
        return bytes.toByteArray();
    }

    private static HttpResponse<String> send(String method, String path, byte[] body)
            throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(client.url() + path))
                                .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static int[] ints(JsonNode array) {
        return IntStream.range(0, ((ArrayNode) array).size())
                .map(i -> array.get(i).asInt())
                .toArray();
    }
}
