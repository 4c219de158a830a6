package dev.piecewise.gateway.responses;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.gateway.completion.Moment;
import dev.piecewise.gateway.completion.StoredAnswer;
import dev.piecewise.gateway.http.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A response that may be continued.
 *
 * @param messages the conversation up to and with it, without instructions
 * @param input the request's, as it came
 * @param log its events, where they can be had again
 */
record Stored(
        String id,
        Moment begun,
        String user,
        List<Map<String, @Nullable Object>> messages,
        byte[] input,
        byte[] body,
        Optional<EventLog> log)
        implements StoredAnswer {

    @Override
    public void forget() {
        log.ifPresent(EventLog::erase);
    }

    @Override
    public String kind() {
        return "response";
    }

    /** Messages that several responses share count for each. */
    @Override
    public int bytes() {
        return 512
                + input.length
                + body.length
                + log.map(EventLog::bytes).orElse(0)
                + messages.stream().mapToInt(Stored::bytes).sum();
    }

    private static int bytes(Map<String, @Nullable Object> message) {
        return 256 + 2 * String.valueOf(message.get("content")).length();
    }

    /** What was asked, in JSON: a text or a list of items. */
    JsonNode asked() {
        return Json.read(input);
    }
}
