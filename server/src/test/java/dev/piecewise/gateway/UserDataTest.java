package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.gateway.http.HttpLimits;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a user can see, have assembled in the background, take along and have erased. */
@Timeout(60)
final class UserDataTest {
    @AutoClose
    private final TestGateway server = TestGateway.loading(HttpLimits.DEFAULT);

    @BeforeEach
    void serve() {
        server.reassembleAfter = 5;
        server.serve();
        server.engine.say("so it was");
    }

    @Test
    void aJobTellsHowItGoesAndHowItWent() throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        server.personalizer.hold(latch);
        append(1);
        String job = job("/v1/users/ann/plan?wait=0");
        String path = "/v1/users/ann/plan/jobs/" + job;

        assertThat(state(path)).isEqualTo("running");
        assertThat(server.get("/v1/users/ann/plan/jobs/job-1").statusCode()).isEqualTo(404);
        server.store.putUser("ben");
        assertThat(server.get("/v1/users/ben/plan/jobs/" + job).statusCode()).isEqualTo(404);
        latch.countDown();
        server.send("POST", "/v1/users/ann/plan", "");
        assertThat(state(path)).isEqualTo("done");

        server.send("POST", "/v1/users/ben/plan", "");
        JsonNode failed = TestGateway.json(server.get("/v1/users/ben/plan"));
        assertThat(failed.at("/error/message").asText()).contains("no usable history");
    }

    @Test
    void aFailedJobSaysWhy() throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        server.personalizer.hold(latch);
        server.store.putUser("ann");
        String path = "/v1/users/ann/plan/jobs/" + job("/v1/users/ann/plan?wait=0");
        latch.countDown();
        while (state(path).equals("running")) {
            Thread.onSpinWait();
        }
        JsonNode job = TestGateway.json(server.get(path)).path("job");
        assertThat(job.path("status").asText()).isEqualTo("failed");
        assertThat(job.at("/error/message").asText()).isEqualTo("the user has no usable history");
    }

    @Test
    void aPlanIsAssembledAgainWhenTheHistoryHasGrownByEnough() throws Exception {
        append(5);
        assertThat(server.store.plan("ann"))
                .as("who never had a plan asks for one")
                .isEmpty();
        assertThat(server.send("POST", "/v1/users/ann/plan", "").statusCode()).isEqualTo(200);
        append(4);
        assertThat(server.get("/v1/users/ann/plan").statusCode()).isEqualTo(200);
        assertThat(planItems()).isEqualTo(5);
        append(1);
        while (planItems() == 5) {
            Thread.onSpinWait();
        }
        assertThat(planItems()).isEqualTo(10);
    }

    @Test
    void everythingThatIsKeptOfAUserIsExported() throws Exception {
        append(2);
        server.send(
                "POST", "/v1/users/ann/history", "{\"items\":[{\"id\":\"x\",\"prompt\":\"p\",\"completion\":\"c\"}]}");
        server.send("POST", "/v1/users/ann/plan", "");
        server.store.putAdapter("ann", "sha256:00", "base", out -> out.write(new byte[] {1, 2, 3}));
        server.send("POST", "/v1/responses", "{\"user\":\"ann\",\"input\":\"how was it?\"}");
        server.send("POST", "/v1/responses", "{\"user\":\"ben\",\"input\":\"and you?\"}");

        HttpResponse<String> export = server.get("/v1/users/ann/export");
        assertThat(export.statusCode()).isEqualTo(200);
        assertThat(export.headers().firstValue("content-type")).contains("application/x-ndjson");
        List<JsonNode> lines = export.body().lines().map(TestGateway::json).toList();
        assertThat(lines)
                .extracting(line -> line.path("object").asText())
                .containsExactly("user", "history.item", "history.item", "history.item", "plan", "adapter", "response");
        assertThat(lines.get(3).path("completion").asText()).isEqualTo("c");
        assertThat(lines.get(4).at("/plan/format").asInt()).isEqualTo(1);
        assertThat(lines.get(5).path("zip_bytes").asInt()).isEqualTo(3);
        assertThat(lines.get(6).at("/response/output/0/content/0/text").asText())
                .isEqualTo("so it was");
        assertThat(server.get("/v1/users/nobody/export").statusCode()).isEqualTo(404);
    }

    @Test
    void aLongHistoryIsExportedWhole() throws Exception {
        for (int i = 0; i < 25; i++) {
            append(100);
        }
        assertThat(server.get("/v1/users/ann/export").body().lines()).hasSize(2501);
    }

    @Test
    void erasingSaysWhatWasErasedOnEveryTier() throws Exception {
        append(2);
        server.send("POST", "/v1/users/ann/plan", "");
        String response = server.send("POST", "/v1/responses", "{\"user\":\"ann\",\"input\":\"how was it?\"}")
                .body();
        JsonNode erased =
                TestGateway.json(server.send("DELETE", "/v1/users/ann", "")).path("erased");
        assertThat(erased).isEqualTo(TestGateway.json("""
                        {"history_items":2,"plan":true,"adapter":false,"cached_plan":true,"cached_adapter":false,
                         "slots":1,"kv_places":7,"stored_responses":1}"""));
        String id = TestGateway.json(response).path("id").asText();
        assertThat(server.get("/v1/responses/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void whoIsInMemoryOnlyIsForgottenToo() throws Exception {
        server.send("POST", "/v1/responses", "{\"user\":\"eve\",\"input\":\"how was it?\"}");
        assertThat(server.send("DELETE", "/v1/users/eve", "").statusCode()).isEqualTo(404);
        assertThat(server.personalizer.forgotten).contains("eve");
    }

    private void append(int items) throws Exception {
        String texts = "\"a\",".repeat(items);
        assertThat(server.send(
                                "POST",
                                "/v1/users/ann/history",
                                "{\"items\":[%s]}".formatted(texts.substring(0, texts.length() - 1)))
                        .statusCode())
                .isEqualTo(200);
    }

    private String job(String path) throws Exception {
        HttpResponse<String> accepted = server.send("POST", path, "");
        assertThat(accepted.statusCode()).isEqualTo(202);
        return TestGateway.json(accepted).at("/job/id").asText();
    }

    private String state(String path) throws Exception {
        return TestGateway.json(server.get(path)).at("/job/status").asText();
    }

    private int planItems() {
        return server.store.plan("ann").orElseThrow().items();
    }
}
