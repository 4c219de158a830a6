package dev.piecewise.gateway.responses;

import dev.piecewise.tenant.Caller;
import dev.piecewise.tenant.Tenant;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A response that may be continued.
 *
 * @param begun when its request came
 * @param user the key of whom it was made for
 * @param messages the conversation up to and with it, without instructions
 * @param body the response as it was given
 */
record Stored(String id, Instant begun, String user, List<Map<String, @Nullable Object>> messages, byte[] body) {

    boolean isOf(Caller caller) {
        return Tenant.of(user).equals(caller.tenant());
    }

    /** Bytes that it takes, roughly: messages that several responses share count for each. */
    int bytes() {
        return 512 + body.length + messages.stream().mapToInt(Stored::bytes).sum();
    }

    private static int bytes(Map<String, @Nullable Object> message) {
        return 256 + 2 * String.valueOf(message.get("content")).length();
    }
}
