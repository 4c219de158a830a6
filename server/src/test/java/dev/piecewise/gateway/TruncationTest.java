package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Responses to more than the model takes, 512 tokens with the answer; a byte is a token. */
@Timeout(60)
final class TruncationTest {
    private static final String FIRST = "{\"role\":\"user\",\"content\":\"%s\"}".formatted("a".repeat(300));
    private static final String SECOND = "{\"role\":\"user\",\"content\":\"%s\"}".formatted("c".repeat(200));
    private static final String BETWEEN = "{\"role\":\"assistant\",\"content\":\"b\"}";
    private static final String LAST = "{\"role\":\"user\",\"content\":\"And?\"}";
    private static final String AUTO = ",\"truncation\":\"auto\"";

    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving();

    @BeforeEach
    void say() {
        SERVER.engine.say("x");
    }

    private static HttpResponse<String> ask(String input, String more) throws Exception {
        return SERVER.send("POST", "/v1/responses", "{\"input\":[%s]%s}".formatted(input, more));
    }

    private static String prompt() throws InterruptedException {
        return SERVER.tokenizer.decode(SERVER.engine.next().request.prompt(), true);
    }

    @Test
    void loseTheirBeginningUpToAMessageOfAUser() throws Exception {
        JsonNode body = TestGateway.json(
                ask(String.join(",", FIRST, BETWEEN, SECOND, BETWEEN, LAST), AUTO + ",\"instructions\":\"Be.\""));

        assertThat(body.path("truncation").asText()).isEqualTo("auto");
        assertThat(prompt())
                .isEqualTo("[system]Be.[user]%s[assistant]b[user]And?[assistant]".formatted("c".repeat(200)));
    }

    @Test
    void leaveRoomForTheAnswer() throws Exception {
        ask(String.join(",", SECOND, BETWEEN, SECOND, BETWEEN, LAST), AUTO + ",\"max_output_tokens\":300");

        assertThat(prompt()).isEqualTo("[user]And?[assistant]");
    }

    @Test
    void keepAllThatFits() throws Exception {
        ask(String.join(",", SECOND, BETWEEN, LAST), AUTO);

        assertThat(prompt()).startsWith("[user]ccc");
    }

    @Test
    void areRefusedWhereNothingCanBeLeftOut() throws Exception {
        String whole = String.join(",", FIRST, BETWEEN, SECOND, BETWEEN, LAST);
        assertThat(ask(whole, "").statusCode()).isEqualTo(400);
        assertThat(ask(whole, ",\"truncation\":\"disabled\"").statusCode()).isEqualTo(400);
        String one = "{\"role\":\"user\",\"content\":\"%s\"}".formatted("a".repeat(600));
        assertThat(TestGateway.json(ask(FIRST + "," + one, AUTO))
                        .at("/error/code")
                        .asText())
                .isEqualTo("context_length_exceeded");
    }

    @Test
    void goOnWithAllThatWasSaidBefore() throws Exception {
        String id = TestGateway.json(ask(SECOND, AUTO)).path("id").asText();
        ask(LAST, AUTO + ",\"previous_response_id\":\"%s\"".formatted(id));
        prompt();

        assertThat(prompt()).isEqualTo("[user]%s[assistant]x[user]And?[assistant]".formatted("c".repeat(200)));
    }
}
