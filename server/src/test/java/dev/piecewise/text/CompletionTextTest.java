package dev.piecewise.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.text.CompletionText.Options;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CompletionTextTest {
    private static final int[] NO_PROMPT = {};

    @TempDir
    Path directory;

    private Tokenizer tokenizer;

    @BeforeEach
    void load() {
        tokenizer = TinyTokenizers.byteFallback(directory);
    }

    @Test
    void theDeltasAreTheText() {
        assertThat(run(Options.PLAIN, "the girl 😀 the park")).isEqualTo("the girl 😀 the park");
    }

    @Test
    void specialTokensHaveTextWhereTheyAreToBeShown() {
        int end = id(TinyTokenizers.EOS);
        Options shown = new Options(List.of(), false, 0, true, Set.of(end));
        CompletionText text = new CompletionText(tokenizer, NO_PROMPT, shown);

        assertThat(text.add(id("▁the")).text()).isEqualTo("the");
        assertThat(text.add(end).text()).isEqualTo("</s>");
        assertThat(text.add(id(TinyTokenizers.BOS)).text()).isEmpty();
        assertThat(text.add(id("▁girl")).text()).isEqualTo(" girl");
    }

    @Test
    void aStopStringAcrossTokensEndsTheText() {
        assertThat(run(stops(0, "rl 😀 t"), "the girl 😀 the park")).isEqualTo("the gi");
    }

    @Test
    void stopStringsAreIgnoredUntilMinTokensCame() {
        int[] ids = tokenizer.encode("the the the", false);
        assertThat(ids).hasSize(3);
        assertThat(run(stops(0, "the"), "the the the")).isEmpty();
        assertThat(run(stops(1, "the"), "the the the")).isEqualTo("the ");
        assertThat(run(stops(2, "the"), "the the the")).isEqualTo("the the ");
        assertThat(run(stops(3, "the"), "the the the")).isEqualTo("the the the");
    }

    @Test
    void whatTheEndBringsOutMayStillBeAStopString() {
        CompletionText text = new CompletionText(tokenizer, NO_PROMPT, stops(0, "\uFFFD"));
        assertThat(text.add(id("▁the")).text()).isEqualTo("the");
        assertThat(text.add(id("<0xF0>")).text()).isEmpty();
        assertThat(text.finish()).isEqualTo(new StopStrings.Passed("", "\uFFFD"));
    }

    @Test
    void everyTokenHasItsOwnTextAndPlace() {
        int[] ids = tokenizer.encode("the 😀 girl", false);
        CompletionText text = new CompletionText(tokenizer, NO_PROMPT, Options.PLAIN);
        List<Piece> pieces =
                Arrays.stream(ids).mapToObj(id -> text.add(id).piece()).toList();
        assertThat(pieces.getFirst()).isEqualTo(new Piece(ids[0], " the", 0));
        assertThat(pieces.get(2)).isEqualTo(new Piece(id("<0xF0>"), "\uFFFD", 4));
        assertThat(pieces.get(6).offset())
                .as("behind an emoji, which is one code point")
                .isEqualTo(5);
        assertThat(Piece.ofPrompt(tokenizer, ids, true)).isEqualTo(pieces);
    }

    private int id(String token) {
        return tokenizer.id(token).orElseThrow();
    }

    private static Options stops(int minTokens, String... stops) {
        return new Options(List.of(stops), false, minTokens, true);
    }

    private String run(Options options, String completion) {
        CompletionText text = new CompletionText(tokenizer, NO_PROMPT, options);
        StringBuilder out = new StringBuilder();
        for (int id : tokenizer.encode(completion, false)) {
            CompletionText.Delta delta = text.add(id);
            out.append(delta.text());
            if (delta.stopped()) {
                return out.toString();
            }
        }
        return out + text.finish().text();
    }
}
