package dev.piecewise.gateway.chat;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Leaves out the beginning of a conversation that is too long: as few messages as it takes, so that a user's message is the first one. */
public final class Truncation {
    private final List<Map<String, @Nullable Object>> messages;
    private final Function<List<Map<String, @Nullable Object>>, int[]> encode;
    private final int room;

    /** What {@code encode} makes of the messages that are kept, which may be CONTEXT_TOO_LONG, is to be no more than {@code room} tokens. */
    public Truncation(
            List<Map<String, @Nullable Object>> messages,
            Function<List<Map<String, @Nullable Object>>, int[]> encode,
            int room) {
        this.messages = messages;
        this.encode = encode;
        this.room = room;
    }

    /** The prompt; of the last message of a user and what follows it, where even that is too long. */
    public int[] prompt() {
        int[] firsts = IntStream.range(0, messages.size())
                .filter(i -> i == 0 || "user".equals(messages.get(i).get("role")))
                .toArray();
        int least = 0;
        int most = firsts.length - 1;
        while (least < most) {
            // All of it is tried first, as it mostly fits; then halves, as every try costs.
            int middle = least == 0 && most == firsts.length - 1 ? 0 : (least + most) / 2;
            if (fits(firsts[middle])) {
                most = middle;
            } else {
                least = middle + 1;
            }
        }
        return encode.apply(from(firsts[least]));
    }

    private boolean fits(int first) {
        try {
            return encode.apply(from(first)).length <= room;
        } catch (ServingException refused) {
            if (refused.code() != ErrorCode.CONTEXT_TOO_LONG) {
                throw refused;
            }
            return false;
        }
    }

    private List<Map<String, @Nullable Object>> from(int first) {
        return messages.subList(first, messages.size());
    }
}
