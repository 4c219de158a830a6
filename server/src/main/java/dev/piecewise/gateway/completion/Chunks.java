package dev.piecewise.gateway.completion;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.piecewise.gateway.http.ClientGoneException;
import dev.piecewise.gateway.http.EventStream;
import dev.piecewise.gateway.http.Json;
import dev.piecewise.text.Tokenizer;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the chunks of one streamed completion as server-sent events. What all chunks have in common is rendered once: a chunk costs its text and a few copies.
 */
final class Chunks implements PartWriter {
    private static final byte[] TEXT = ascii(",\"text\":\"");
    private static final byte[] LOGPROBS = ascii("\",\"logprobs\":");
    private static final byte[] FINISH = ascii(",\"finish_reason\":");
    private static final byte[] TOKENS = ascii(",\"token_ids\":");
    private static final byte[] PROMPT_TOKENS = ascii(",\"prompt_token_ids\":");
    private static final byte[] CHOICES_END = ascii("}]");
    private static final byte[] NO_USAGE = ascii(",\"usage\":null");
    private static final byte[] USAGE = ascii("],\"usage\":");
    private static final byte[] PIECEWISE = ascii(",\"piecewise\":");
    private static final byte[] EVENT_END = ascii("}\n\n");
    private static final byte[] DONE = ascii("data: [DONE]\n\n");
    private static final byte[] NULL = ascii("null");

    private final byte[] head;
    private final byte[] servedBy;
    private final boolean usage;
    private final Tokenizer tokenizer;
    private final EventStream events;
    private Buffer out = Buffer.buffer();

    /** With {@code usage} every chunk has the field, null but for the last one's. */
    Chunks(Head head, ServedBy servedBy, boolean usage, ServedModel model, EventStream events) {
        byte[] fields = Json.bytes(head);
        String opened = new String(fields, 0, fields.length - 1, StandardCharsets.UTF_8);
        this.head = ("data: " + opened + ",\"choices\":[").getBytes(StandardCharsets.UTF_8);
        this.servedBy = Json.bytes(servedBy);
        this.usage = usage;
        this.tokenizer = model.tokenizer();
        this.events = events;
    }

    /** A chunk of one choice; the choice's last one says what answered. */
    @Override
    public void part(int index, Choice.Part part) {
        List<Logprobs.Scored> scores = part.scores();
        out.appendBytes(head)
                .appendString("{\"index\":")
                .appendString(Integer.toString(index))
                .appendBytes(TEXT)
                .appendBytes(JsonStringEncoder.getInstance().quoteAsUTF8(part.text()))
                .appendBytes(LOGPROBS)
                .appendBytes(scores == null ? NULL : Json.bytes(Logprobs.of(scores, tokenizer)))
                .appendBytes(FINISH)
                .appendBytes(json(part.finishReason()));
        field(PROMPT_TOKENS, part.promptTokens());
        field(TOKENS, part.tokens());
        out.appendBytes(CHOICES_END);
        if (usage) {
            out.appendBytes(NO_USAGE);
        }
        if (part.finishReason() != null) {
            out.appendBytes(PIECEWISE).appendBytes(servedBy);
        }
        out.appendBytes(EVENT_END);
    }

    /** What ends a stream that went well. */
    @Override
    public void end(Usage total) {
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
    public int pending() {
        return out.length();
    }

    @Override
    public void flush() throws InterruptedException, ClientGoneException {
        Buffer full = out;
        out = Buffer.buffer();
        events.write(full);
    }

    private void field(byte[] name, int @Nullable [] ids) {
        if (ids != null) {
            out.appendBytes(name).appendBytes(Json.bytes(ids));
        }
    }

    private static byte[] json(@Nullable Object value) {
        return value == null ? NULL : Json.bytes(value);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
