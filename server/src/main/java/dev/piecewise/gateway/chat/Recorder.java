package dev.piecewise.gateway.chat;

import dev.piecewise.gateway.completion.Choice;
import dev.piecewise.gateway.completion.Logprobs;
import dev.piecewise.gateway.completion.PartWriter;
import dev.piecewise.gateway.completion.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Keeps what another writer streams, so that the whole is there before the client learns of its end. */
final class Recorder implements PartWriter {
    private final PartWriter writer;
    private final BiConsumer<List<Choice.Part>, Usage> whole;
    private final List<List<Choice.Part>> choices;

    /** {@code whole} is given every choice in one part, and the usage. */
    Recorder(PartWriter writer, int choices, BiConsumer<List<Choice.Part>, Usage> whole) {
        this.writer = writer;
        this.whole = whole;
        this.choices = IntStream.range(0, choices)
                .mapToObj(choice -> (List<Choice.Part>) new ArrayList<Choice.Part>())
                .toList();
    }

    @Override
    public void part(int index, Choice.Part part) {
        choices.get(index).add(part);
        writer.part(index, part);
    }

    @Override
    public void end(Usage total) {
        whole.accept(choices.stream().map(Recorder::joined).toList(), total);
        writer.end(total);
    }

    @Override
    public int pending() {
        return writer.pending();
    }

    @Override
    public void flush() {
        writer.flush();
    }

    private static Choice.Part joined(List<Choice.Part> parts) {
        StringBuilder text = new StringBuilder();
        List<Logprobs.Scored> scores = new ArrayList<>();
        IntStream.Builder tokens = IntStream.builder();
        boolean scored = false;
        boolean identified = false;
        int @Nullable [] promptTokens = null;
        for (Choice.Part part : parts) {
            text.append(part.text());
            List<Logprobs.Scored> more = part.scores();
            if (more != null) {
                scores.addAll(more);
                scored = true;
            }
            int[] ids = part.tokens();
            if (ids != null) {
                IntStream.of(ids).forEach(tokens);
                identified = true;
            }
            promptTokens = part.promptTokens() == null ? promptTokens : part.promptTokens();
        }
        String reason = parts.isEmpty() ? null : parts.getLast().finishReason();
        return new Choice.Part(
                text.toString(),
                scored ? scores : null,
                promptTokens,
                identified ? tokens.build().toArray() : null,
                reason);
    }
}
