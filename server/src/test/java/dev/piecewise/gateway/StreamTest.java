package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class StreamTest {
    private static final TestGateway SERVER = TestGateway.serving();

    private static final String HEAD =
            "data: {\"id\":\"ID\",\"object\":\"text_completion\",\"created\":NOW,\"model\":\"tiny\","
                    + "\"system_fingerprint\":\"fp_0123456789ab\",\"choices\":[";
    private static final String SERVED_BY = "\"piecewise\":{\"mode\":\"base\",\"fingerprint\":\"ba5e\",\"pool\":null,"
            + "\"reason\":\"user has no plan\",\"history_items\":0}";

    @AfterAll
    static void close() {
        SERVER.close();
    }

    @Test
    void writesAnEventForEachPieceOfText() throws Exception {
        SERVER.engine.say("Hi");

        HttpResponse<String> response = SERVER.complete("{\"prompt\":\"a\",\"stream\":true}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream; charset=utf-8");
        assertThat(response.headers().firstValue("X-Piecewise-Adapter")).hasValue("base;ba5e");
        assertThat(plain(response)).isEqualTo(chunk("H") + chunk("i") + last("", "stop") + "data: [DONE]\n\n");
    }

    private static String chunk(String text) {
        return HEAD + "{\"index\":0,\"text\":\"" + text + "\",\"logprobs\":null,\"finish_reason\":null}]}\n\n";
    }

    private static String last(String text, String reason) {
        return HEAD + "{\"index\":0,\"text\":\"" + text + "\",\"logprobs\":null,\"finish_reason\":\"" + reason + "\"}],"
                + SERVED_BY + "}\n\n";
    }

    /** The body with the parts that differ from run to run replaced. */
    private static String plain(HttpResponse<String> response) {
        return response.body()
                .replaceAll("\"cmpl-[0-9a-f]{32}\"", "\"ID\"")
                .replaceAll("\"created\":\\d{10}", "\"created\":NOW");
    }
}
