package dev.piecewise.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** With a tokenizer that makes one token of each character, but one of "ab", and begins a text with 1. */
final class ExampleEncoderTest {
    private static final int EOS = 2;
    private static final int AB = 3;

    @Test
    void putsPromptAnswerAndEndTogether() {
        assertThat(encode(100, "xy", "z")).contains(List.of(List.of(1, 'x' + 0, 'y' + 0, 'z' + 0, EOS), List.of(3)));
    }

    @Test
    void countsAPlainTextAsAnswerFromItsFirstToken() {
        assertThat(encode(100, null, "xy")).contains(List.of(List.of(1, 'x' + 0, 'y' + 0, EOS), List.of(1)));
    }

    @Test
    void scoresTheTokenThatPromptAndAnswerShare() {
        assertThat(encode(100, "xa", "b")).contains(List.of(List.of(1, 'x' + 0, AB, EOS), List.of(2)));
    }

    @Test
    void losesTheBeginningOfTheTooLongPromptButNotItsFirstSpecialToken() {
        assertThat(encode(5, "uvwxy", "z")).contains(List.of(List.of(1, 'x' + 0, 'y' + 0, 'z' + 0, EOS), List.of(3)));
    }

    @Test
    void losesTheEndOfTheTooLongAnswer() {
        assertThat(encode(4, "uvw", "12345")).contains(List.of(List.of(1, '1' + 0, '2' + 0, '3' + 0), List.of(1)));
    }

    @Test
    void keepsTheLastTokenOfThePromptWhereTextsBeginWithNoSpecialOne() {
        ExampleEncoder encoder = new ExampleEncoder((text, _) -> tokens(text), -1, 3);
        Example example =
                encoder.encode(new HistoryItem(null, null, "uvw", "12345")).orElseThrow();
        assertThat(example.tokens()).containsExactly('w', '1', '2');
        assertThat(example.answerStart()).isEqualTo(1);
        assertThat(encoder.encode(new HistoryItem(null, null, null, "x"))).isEmpty();
    }

    @Test
    void leavesTheFarEndsOfHugeTextsOutBeforeTheyAreTokens() {
        AtomicInteger longest = new AtomicInteger();
        ExampleEncoder encoder = new ExampleEncoder(
                (text, special) -> {
                    longest.accumulateAndGet(text.length(), Math::max);
                    return withStart(text, special);
                },
                EOS,
                4);
        HistoryItem item = new HistoryItem(null, null, "u".repeat(1_000_000) + "w", "1" + "2".repeat(1_000_000));

        Example example = encoder.encode(item).orElseThrow();

        assertThat(example.tokens()).containsExactly(1, '1', '2', '2');
        assertThat(example.answerStart()).isEqualTo(1);
        assertThat(longest.get()).isLessThan(10_000);
    }

    @Test
    void dropsAnItemWithoutAnswer() {
        assertThat(encode(100, "xy", "")).isEmpty();
        assertThat(encode(100, null, "")).isEmpty();
    }

    private static Optional<List<List<Integer>>> encode(
            int maxTokens, @org.jspecify.annotations.Nullable String prompt, String completion) {
        return new ExampleEncoder(ExampleEncoderTest::withStart, EOS, maxTokens)
                .encode(new HistoryItem(null, null, prompt, completion))
                .map(example -> {
                    List<Integer> tokens = new ArrayList<>();
                    for (int token : example.tokens()) {
                        tokens.add(token);
                    }
                    return List.of(tokens, List.of(example.answerStart()));
                });
    }

    private static int[] withStart(String text, boolean special) {
        return tokens(special ? "\u0001" + text : text);
    }

    private static int[] tokens(String text) {
        return text.replace("ab", "\u0003").chars().toArray();
    }
}
