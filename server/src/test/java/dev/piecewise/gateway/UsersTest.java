package dev.piecewise.gateway;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.nullValue;

import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class UsersTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving();

    @BeforeEach
    void forgetEverybody() {
        SERVER.store.users("", 1000).forEach(user -> SERVER.store.deleteUser(user.id()));
    }

    @Test
    void makesAUserOnce() {
        send("PUT", "/v1/users/ann", "")
                .statusCode(201)
                .body("id", equalTo("ann"))
                .body("object", equalTo("user"));
        send("PUT", "/v1/users/ann", "{}").statusCode(200).body("history_items", equalTo(0));
        send("GET", "/v1/users/ann", "")
                .statusCode(200)
                .body("created", greaterThan(1_700_000_000))
                .body("plan_created", nullValue());
        send("GET", "/v1/users/bob", "").statusCode(404).body("error.code", equalTo("user_not_found"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/b", "a b", "+", "%41", "ü", "😀", "..a", "?x=1", "#", "\\", "a;b"})
    void takesAnyNameThatIsPercentEncoded(String name) {
        given().filter(TestGateway::checked)
                .port(SERVER.port)
                .put("/v1/users/{id}", name)
                .then()
                .statusCode(201)
                .body("id", equalTo(name));

        assertThat(SERVER.store.user(name)).isPresent();
    }

    @Test
    void refusesANameThatCannotBe() {
        send("PUT", "/v1/users/a%0Ab", "").statusCode(400).body("error.param", equalTo("user"));
        send("PUT", "/v1/users/" + "u".repeat(256), "").statusCode(201);
        send("PUT", "/v1/users/" + "u".repeat(257), "").statusCode(400).body("error.param", equalTo("user"));
    }

    @Test
    void listsUsersPageByPage() {
        for (String id : new String[] {"c", "a", "b"}) {
            SERVER.store.putUser(id);
        }

        send("GET", "/v1/users?limit=2", "").body("data.id", contains("a", "b")).body("has_more", equalTo(true));
        send("GET", "/v1/users?limit=2&after=b", "")
                .body("data.id", contains("c"))
                .body("has_more", equalTo(false));
        send("GET", "/v1/users?limit=0", "").statusCode(400).body("error.param", equalTo("limit"));
        send("GET", "/v1/users?limit=x", "").statusCode(400).body("error.param", equalTo("limit"));
    }

    @Test
    void keepsAHistoryInItsOrderAndEachItemOnce() {
        String items = """
                {"items":[{"id":"1","at":"2026-01-01","prompt":"p","completion":"c"},{"text":"t"},"plain"]}""";
        send("POST", "/v1/users/ann/history", items)
                .statusCode(200)
                .body("stored", equalTo(3))
                .body("duplicates", equalTo(0))
                .body("total", equalTo(3));
        send("POST", "/v1/users/ann/history", items)
                .body("stored", equalTo(2))
                .body("duplicates", equalTo(1))
                .body("total", equalTo(5));

        send("GET", "/v1/users/ann/history?limit=2", "")
                .statusCode(200)
                .body("data[0].prompt", equalTo("p"))
                .body("data[0].completion", equalTo("c"))
                .body("data[0].at", equalTo("2026-01-01"))
                .body("data[1].text", equalTo("t"))
                .body("total", equalTo(5))
                .body("has_more", equalTo(true));
        send("GET", "/v1/users/ann/history?offset=4", "")
                .body("data.text", contains("plain"))
                .body("has_more", equalTo(false));
        SERVER.engine.forgotten.clear();
        send("DELETE", "/v1/users/ann/history", "").statusCode(200).body("history_items", equalTo(5));
        assertThat(SERVER.engine.forgotten)
                .as("items stood before prompts, and were read to try a plan")
                .containsExactly("ann");
        send("GET", "/v1/users/ann/history", "").body("total", equalTo(0));
        send("GET", "/v1/users/nobody/history", "").statusCode(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                            | items               | items is missing
            {"items":{}}                                  | items               | items must be a list, not an object
            {"items":["a",7]}                             | items[1]            | items[1] must be an object or a string, not 7
            {"items":["a",""]}                            | items[1]            | items[1] is empty
            {"items":["a",{"text":"b"},{"prompt":"c"}]}   | items[2].completion | items[2] must have either completion
            {"items":[{"text":"a","completion":"b"}]}     | items[0].text       | items[0] must have either completion
            {"items":[{"text":"a","prompt":"b"}]}         | items[0].prompt     | items[0] has a prompt
            {"items":[{"completion":"a"}]}                | items[0].prompt     | items[0].prompt is missing
            {"items":[{"completion":"","prompt":"b"}]}    | items[0].completion | items[0].completion is empty
            {"items":[{"text":7}]}                        | items[0].text       | items[0].text must be a string, not 7
            {"items":[{"text":"\\u0000"}]}                | items[0].text       | items[0].text holds a NUL
            {"items":[{"text":"a","id":7}]}               | items[0].id         | items[0].id must be a string, not 7
            """)
    void storesNothingOfAHistoryWithAWrongItem(String body, String param, String message) {
        send("POST", "/v1/users/ann/history", body)
                .statusCode(400)
                .body("error.param", equalTo(param))
                .body("error.message", containsString(message));

        assertThat(SERVER.store.user("ann")).isEmpty();
    }

    @Test
    void assemblesAPlanAndShowsIt() {
        send("POST", "/v1/users/ann/history", "{\"items\":[\"a\"]}");
        send("GET", "/v1/users/ann/plan", "").statusCode(404).body("error.code", equalTo("not_found"));

        send("POST", "/v1/users/ann/plan", "{}")
                .statusCode(200)
                .body("job.status", equalTo("done"))
                .body("plan.pool", equalTo("p001"))
                .body("plan.items", equalTo(1))
                .body("plan.sites", equalTo(1))
                .body("plan.sharers", contains("ann", "bob"));

        send("GET", "/v1/users/ann/plan", "")
                .statusCode(200)
                .body("format", equalTo(1))
                .body("base", equalTo("ba5e"))
                .body("merge", equalTo("product"))
                .body("k", equalTo(2))
                .body("sites.'layers.0.self_attn.q_proj'[1]", contains("bob", 0.25f))
                .body("created", equalTo("2026-01-02T03:04:05Z"));
        send("GET", "/v1/users/ann", "").body("plan_created", equalTo(1767323045));
    }

    @Test
    void goesOnAssemblingWhenItTakesTooLongToWait() {
        CountDownLatch latch = new CountDownLatch(1);
        SERVER.personalizer.hold(latch);
        send("POST", "/v1/users/ann/history", "{\"items\":[\"a\"]}");

        String job = send("POST", "/v1/users/ann/plan?wait=0", "")
                .statusCode(202)
                .body("job.status", equalTo("running"))
                .extract()
                .path("job.id");
        send("GET", "/v1/users/ann/plan", "").statusCode(202).body("job.id", equalTo(job));

        latch.countDown();
        send("POST", "/v1/users/ann/plan", "").statusCode(200).body("job.status", equalTo("done"));
        send("GET", "/v1/users/ann/plan", "").statusCode(200);
    }

    @Test
    void tellsOfAJobThatRunsWhileAnotherWaitsForIt() {
        CountDownLatch latch = new CountDownLatch(1);
        SERVER.personalizer.hold(latch);
        send("POST", "/v1/users/ann/history", "{\"items\":[\"a\"]}");
        String first = startJob("ann");
        String second = first;
        while (second.equals(first)) {
            second = startJob("ann");
        }

        send("GET", "/v1/users/ann/plan/jobs/" + first, "").statusCode(200).body("job.status", equalTo("running"));
        send("GET", "/v1/users/ann/plan/jobs/" + second, "").statusCode(200).body("job.status", equalTo("running"));
        latch.countDown();
        send("POST", "/v1/users/ann/plan", "").statusCode(200);
        send("GET", "/v1/users/ann/plan/jobs/" + first, "").body("job.status", equalTo("done"));
    }

    private String startJob(String user) {
        return send("POST", "/v1/users/" + user + "/plan?wait=0", "")
                .statusCode(202)
                .extract()
                .path("job.id");
    }

    @Test
    void aPlanThatEndsInAnErrorOfTheMachineIsNoJobForEver() {
        SERVER.store.putUser("huge");

        send("POST", "/v1/users/huge/plan?wait=20", "").statusCode(500).body("error.code", equalTo("internal_error"));
        send("GET", "/v1/users/huge/plan", "").statusCode(404).body("error.message", containsString("the last time"));
    }

    @Test
    void refusesAQueryThatCannotBeRead() throws IOException {
        send("PUT", "/v1/users/ann", "");
        try (RawClient client = new RawClient(SERVER.port)) {
            client.post("/v1/users/ann/plan?wait=%zz", "");
            assertThat(client.readUntil("}}")).startsWith("HTTP/1.1 400 ").contains("\"param\":\"wait\"");
        }
    }

    @Test
    void saysWhyAPlanCouldNotBeAssembled() {
        SERVER.store.putUser("ann");

        send("POST", "/v1/users/ann/plan", "")
                .statusCode(400)
                .body("error.message", equalTo("the user has no usable history"));
        send("GET", "/v1/users/ann/plan", "")
                .statusCode(404)
                .body("error.message", containsString("no usable history"));
        send("POST", "/v1/users/bob/plan", "").statusCode(404).body("error.code", equalTo("user_not_found"));
        send("POST", "/v1/users/ann/plan?wait=-1", "").statusCode(400).body("error.param", equalTo("wait"));
    }

    @Test
    void erasesAUserAndSaysWhatItErased() {
        send("POST", "/v1/users/ann/history", "{\"items\":[\"a\",\"b\"]}");
        send("POST", "/v1/users/ann/plan", "");

        send("DELETE", "/v1/users/ann", "")
                .statusCode(200)
                .body("id", equalTo("ann"))
                .body("deleted", equalTo(true))
                .body("erased.history_items", equalTo(2))
                .body("erased.plan", equalTo(true))
                .body("erased.kv_places", equalTo(7));

        assertThat(SERVER.personalizer.forgotten).contains("ann");
        send("DELETE", "/v1/users/ann", "").statusCode(404);
    }

    private ValidatableResponse send(String method, String path, String body) {
        return given().filter(TestGateway::checked)
                .port(SERVER.port)
                .urlEncodingEnabled(false)
                .contentType("application/json")
                .body(body)
                .request(method, path)
                .then();
    }
}
