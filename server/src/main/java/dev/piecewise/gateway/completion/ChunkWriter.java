package dev.piecewise.gateway.completion;

import dev.piecewise.gateway.http.Json;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the chunks of one streamed answer as server-sent events. What all chunks have in common is rendered once: a chunk costs its text and a few copies. Each
 * endpoint writes what stands between {@link #begin} and {@link #close}.
 */
public abstract class ChunkWriter implements PartWriter {
    protected static final byte[] NULL = ascii("null");

    private static final byte[] INDEX = ascii("{\"index\":");
    private static final byte[] FINISH = ascii(",\"finish_reason\":");
    private static final byte[] TOKENS = ascii(",\"token_ids\":");
    private static final byte[] PROMPT_TOKENS = ascii(",\"prompt_token_ids\":");
    private static final byte[] CHOICES_END = ascii("}]");
    private static final byte[] NO_USAGE = ascii(",\"usage\":null");
    private static final byte[] USAGE = ascii("],\"usage\":");
    private static final byte[] PIECEWISE = ascii(",\"piecewise\":");
    private static final byte[] EVENT_END = ascii("}\n\n");
    private static final byte[] DONE = ascii("data: [DONE]\n\n");

    private final byte[] head;
    private final byte[] servedBy;
    private final boolean usage;
    private final Consumer<Buffer> events;
    private Buffer out = Buffer.buffer();

    /** With {@code usage} every chunk has the field, null but for the last one's; {@code events} takes whole events without waiting. */
    protected ChunkWriter(Head head, ServedBy servedBy, boolean usage, Consumer<Buffer> events) {
        byte[] fields = Json.bytes(head);
        String opened = new String(fields, 0, fields.length - 1, StandardCharsets.UTF_8);
        this.head = ("data: " + opened + ",\"choices\":[").getBytes(StandardCharsets.UTF_8);
        this.servedBy = Json.bytes(servedBy);
        this.usage = usage;
        this.events = events;
    }

    /** Opens a chunk of one choice, whose next field is to be appended. */
    protected final Buffer begin(int index) {
        return out.appendBytes(head).appendBytes(INDEX).appendString(Integer.toString(index));
    }

    protected final void append(byte[] json) {
        out.appendBytes(json);
    }

    protected final void finishReason(@Nullable Object reason) {
        out.appendBytes(FINISH).appendBytes(reason == null ? NULL : Json.bytes(reason));
    }

    protected final void promptTokens(int @Nullable [] ids) {
        field(PROMPT_TOKENS, ids);
    }

    protected final void tokens(int @Nullable [] ids) {
        field(TOKENS, ids);
    }

    /** Ends a chunk; the last one of a choice says what answered. */
    protected final void close(boolean last) {
        out.appendBytes(CHOICES_END);
        if (usage) {
            out.appendBytes(NO_USAGE);
        }
        if (last) {
            out.appendBytes(PIECEWISE).appendBytes(servedBy);
        }
        out.appendBytes(EVENT_END);
    }

    /** What ends a stream that went well. */
    @Override
    public final void end(Usage total) {
        if (usage) {
            out.appendBytes(head)
                    .appendBytes(USAGE)
                    .appendBytes(Json.bytes(total))
                    .appendBytes(PIECEWISE)
                    .appendBytes(servedBy)
                    .appendBytes(EVENT_END);
        }
        out.appendBytes(DONE);
    }

    @Override
    public final int pending() {
        return out.length();
    }

    @Override
    public final void flush() {
        Buffer full = out;
        out = Buffer.buffer();
        events.accept(full);
    }

    protected static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void field(byte[] name, int @Nullable [] ids) {
        if (ids != null) {
            out.appendBytes(name).appendBytes(Json.bytes(ids));
        }
    }
}
