package dev.piecewise.gateway.responses;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A response that may be continued.
 *
 * @param begun when its request came
 * @param user who it was made for, "" for nobody
 * @param messages the conversation up to and with it, without instructions
 * @param body the response as it was given
 */
record Stored(String id, Instant begun, String user, List<Map<String, @Nullable Object>> messages, byte[] body) {

    /** Bytes that it takes, roughly: messages that several responses share count for each. */
    int bytes() {
        return 512 + body.length + messages.stream().mapToInt(Stored::bytes).sum();
    }

    private static int bytes(Map<String, @Nullable Object> message) {
        return 256 + 2 * String.valueOf(message.get("content")).length();
    }
}
