package dev.piecewise.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.error.ServingException;
import dev.piecewise.text.TinyTokenizers;
import dev.piecewise.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What of a history is learnt. */
@Timeout(60)
final class ExampleReaderTest {
    private static final String TEXT = "Once the girl named Lily Brown saw a café 日本, and Lily was happy.";

    @TempDir
    Path directory;

    private Tokenizer tokenizer;

    @BeforeEach
    void load() {
        tokenizer = TinyTokenizers.byteFallback(directory);
    }

    @Test
    void ofPromptsTheCompletionAndTheEndAreLearnt() {
        TrainingExample example = read(64, SpanMask.NONE, new HistoryItem(null, null, "the little girl", " was happy"))
                .getFirst();

        assertThat(learned(example)).isEqualTo("was happy");
        assertThat(example.tokens()[example.tokens().length - 1])
                .isEqualTo(tokenizer.eos().orElseThrow());
        assertThat(example.learned()[example.tokens().length - 1]).isTrue();
    }

    @Test
    void aLongTextIsCutIntoPartsThatBeginAsTextsDo() {
        List<TrainingExample> parts = read(16, SpanMask.NONE, text());

        assertThat(parts).hasSizeGreaterThan(2).allSatisfy(part -> {
            assertThat(part.tokens()).startsWith(1).hasSizeLessThanOrEqualTo(16);
            assertThat(part.targets()).isEqualTo(part.tokens().length - 1);
        });
        assertThat(parts.stream().mapToInt(TrainingExample::targets).sum())
                .isEqualTo(tokenizer.encode(TEXT, false).length + 1);
    }

    @Test
    void namesAreReadButNotLearnt() {
        TrainingExample example = read(256, SpanMask.names(), text()).getFirst();

        assertThat(learned(example)).contains("girl", "named", "happy", "日本").doesNotContain("Lily", "Brown");
        assertThat(tokenizer.decode(example.tokens(), true)).isEqualTo(TEXT);
    }

    @Test
    void whatAnExpressionFindsIsNotLearnt() {
        TrainingExample example = read(256, SpanMask.of("café.*?,"), text()).getFirst();

        assertThat(learned(example))
                .contains("Lily Brown saw a")
                .doesNotContain("caf")
                .endsWith("was happy.");
    }

    @Test
    void anExpressionThatIsNoneIsRefused() {
        assertThatThrownBy(() -> SpanMask.of("("))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("--mask");
    }

    @Test
    void everyItemButTheFirstIsAlsoLearntBehindTheEarlierOneThatFitsBest() {
        List<HistoryItem> items = OwnContext.of(List.of(
                item("red ball", " one"),
                item("blue kite", " two"),
                item("green tree", " three"),
                item("the blue kite", " four")));

        assertThat(items).hasSize(7);
        assertThat(items.get(2).prompt())
                .contains("blue kite two")
                .endsWith("the blue kite")
                .doesNotContain("red");
        assertThat(items.get(2).completion()).isEqualTo(" four");
        assertThat(items.subList(3, 7)).extracting(HistoryItem::prompt).contains("red ball", "the blue kite");
    }

    private static HistoryItem item(String prompt, String completion) {
        return new HistoryItem(null, null, prompt, completion);
    }

    private static HistoryItem text() {
        return new HistoryItem(null, null, null, TEXT);
    }

    private List<TrainingExample> read(int maxTokens, SpanMask mask, HistoryItem item) {
        return new ExampleReader(tokenizer, maxTokens, mask).read(List.of(item));
    }

    /** The learnt tokens' text. */
    private String learned(TrainingExample example) {
        int[] learned = new int[example.targets()];
        int next = 0;
        for (int i = 0; i < example.tokens().length; i++) {
            if (example.learned()[i]) {
                learned[next++] = example.tokens()[i];
            }
        }
        return tokenizer.decode(learned, true).strip();
    }
}
