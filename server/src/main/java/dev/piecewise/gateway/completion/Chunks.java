package dev.piecewise.gateway.completion;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.piecewise.gateway.http.Json;
import dev.piecewise.text.Tokenizer;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.Consumer;

/** The chunks of one streamed completion. */
final class Chunks extends ChunkWriter {
    private static final byte[] TEXT = ascii(",\"text\":\"");
    private static final byte[] LOGPROBS = ascii("\",\"logprobs\":");

    private final Tokenizer tokenizer;

    Chunks(Head head, ServedBy servedBy, boolean usage, Tokenizer tokenizer, Consumer<Buffer> events) {
        super(head, servedBy, usage, events);
        this.tokenizer = tokenizer;
    }

    @Override
    public void part(int index, Choice.Part part) {
        List<Logprobs.Scored> scores = part.scores();
        begin(index)
                .appendBytes(TEXT)
                .appendBytes(JsonStringEncoder.getInstance().quoteAsUTF8(part.text()))
                .appendBytes(LOGPROBS)
                .appendBytes(scores == null ? NULL : Json.bytes(Logprobs.of(scores, tokenizer)));
        finishReason(part.finishReason());
        promptTokens(part.promptTokens());
        tokens(part.tokens());
        close(part.finishReason() != null);
    }
}
