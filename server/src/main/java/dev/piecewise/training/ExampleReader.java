package dev.piecewise.training;

import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes examples of history items, none longer than so many tokens. Of a prompt and a completion the completion and the end of the text are learnt; a plain text is learnt
 * whole, one that is too long in several parts, each of which begins as a text does.
 */
public final class ExampleReader {
    private static final Logger log = LoggerFactory.getLogger(ExampleReader.class);

    private final Tokenizer tokenizer;
    private final ExampleEncoder encoder;
    private final int maxTokens;
    private final SpanMask mask;

    public ExampleReader(Tokenizer tokenizer, int maxTokens) {
        this(tokenizer, maxTokens, SpanMask.NONE);
    }

    /** {@code mask} says what of plain texts is not learnt. */
    public ExampleReader(Tokenizer tokenizer, int maxTokens, SpanMask mask) {
        this.mask = mask;
        this.tokenizer = tokenizer;
        this.maxTokens = maxTokens;
        this.encoder = new ExampleEncoder(tokenizer::encode, tokenizer.eos().orElse(-1), maxTokens);
    }

    /** All items' examples, in order; items that have nothing to predict give none. */
    public List<TrainingExample> read(List<HistoryItem> items) {
        List<TrainingExample> examples = new ArrayList<>();
        int longest = 0;
        for (HistoryItem item : items) {
            if (item.prompt() == null) {
                examples.addAll(text(item.completion()));
            } else {
                Optional<TrainingExample> example = encoder.encode(item).map(TrainingExample::of);
                longest += example.filter(found -> found.tokens().length == maxTokens)
                                .isPresent()
                        ? 1
                        : 0;
                example.ifPresent(examples::add);
            }
        }
        if (longest > 0) {
            log.atWarn()
                    .addKeyValue("items", longest)
                    .addKeyValue("tokens", maxTokens)
                    .log("items are as long as an example may be and may have lost the beginning of their prompts");
        }
        return examples;
    }

    /** A text's parts. */
    private List<TrainingExample> text(String text) {
        int[] plain = tokenizer.encode(text, false);
        int[] whole = tokenizer.encode(text, true);
        int head = whole.length > plain.length ? 1 : 0;
        int first = whole.length == 0 ? 0 : whole[0];
        int[] body = ended(plain);
        boolean[] learned = Arrays.copyOf(mask.learned(text, plain, tokenizer), body.length);
        Arrays.fill(learned, plain.length, body.length, true);
        int room = maxTokens - head;
        List<TrainingExample> parts = new ArrayList<>();
        for (int from = 0; from < body.length; from += room) {
            int length = Math.min(room, body.length - from);
            int[] tokens = new int[head + length];
            boolean[] carries = new boolean[head + length];
            Arrays.fill(tokens, 0, head, first);
            System.arraycopy(body, from, tokens, head, length);
            System.arraycopy(learned, from, carries, head, length);
            carries[0] = false;
            if (tokens.length > 1) {
                parts.add(new TrainingExample(tokens, carries));
            }
        }
        return parts.stream().filter(part -> part.targets() > 0).toList();
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
