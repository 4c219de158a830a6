package dev.piecewise.training;

import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes examples of history items, none longer than so many tokens. Of a prompt and a completion the completion and the end of the text are learnt; a plain text is learnt
 * whole, one that is too long in several parts, each of which begins as a text does.
 */
public final class ExampleReader {
    private final Tokenizer tokenizer;
    private final ExampleEncoder encoder;
    private final int maxTokens;

    public ExampleReader(Tokenizer tokenizer, int maxTokens) {
        this.tokenizer = tokenizer;
        this.maxTokens = maxTokens;
        this.encoder = new ExampleEncoder(tokenizer::encode, tokenizer.eos().orElse(-1), maxTokens);
    }

    /** All items' examples, in order; items that have nothing to predict give none. */
    public List<TrainingExample> read(List<HistoryItem> items) {
        List<TrainingExample> examples = new ArrayList<>();
        for (HistoryItem item : items) {
            if (item.prompt() == null) {
                examples.addAll(text(item.completion()));
            } else {
                encoder.encode(item).map(TrainingExample::of).ifPresent(examples::add);
            }
        }
        return examples;
    }

    /** A text's parts. */
    List<TrainingExample> text(String text) {
        int[] plain = tokenizer.encode(text, false);
        int[] all = tokenizer.encode(text, true);
        int head = Math.max(0, all.length - plain.length);
        int[] beginning = Arrays.copyOf(all, Math.min(head, 1));
        int[] body = ended(plain);
        int room = maxTokens - beginning.length;
        List<TrainingExample> parts = new ArrayList<>();
        for (int from = 0; from < body.length; from += room) {
            int length = Math.min(room, body.length - from);
            int[] tokens = Arrays.copyOf(beginning, beginning.length + length);
            System.arraycopy(body, from, tokens, beginning.length, length);
            if (tokens.length > 1) {
                parts.add(TrainingExample.ofText(tokens));
            }
        }
        return parts;
    }

    private int[] ended(int[] tokens) {
        if (tokenizer.eos().isEmpty()) {
            return tokens;
        }
        int[] ended = Arrays.copyOf(tokens, tokens.length + 1);
        ended[tokens.length] = tokenizer.eos().getAsInt();
        return ended;
    }
}
