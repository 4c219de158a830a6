package dev.piecewise.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.evaluation.Rouge.Score;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RougeTest {
    private final Rouge rouge = new Rouge(Rouge.Stemmer.NONE);

    /** The example in rouge_score's own README. */
    @Test
    void scoresAreThoseThatRougeScorePublishes() {
        String reference = "The quick brown fox jumps over the lazy dog";
        String answer = "The quick brown dog jumps on the log.";

        assertThat(rouge.rouge1(reference, answer)).isEqualTo(new Score(0.75, 2.0 / 3, 12.0 / 17));
        assertThat(rouge.rougeL(reference, answer)).isEqualTo(new Score(0.625, 5.0 / 9, 10.0 / 17));
        assertThat(rouge.rouge1(reference, answer).f()).isCloseTo(0.7058823529411765, within(1e-15));
        assertThat(rouge.rougeL(reference, answer).f()).isCloseTo(0.5882352941176471, within(1e-15));
    }

    /** From Lin (2004), 2.1 and 3.1: S1 "police killed the gunman", S2 "police kill the gunman", S3 "the gunman kill police". */
    @ParameterizedTest
    @CsvSource({"police kill the gunman, 0.75", "the gunman kill police, 0.5"})
    void theLongestCommonSubsequenceIsThatOfThePaper(String answer, double expected) {
        assertThat(rouge.rougeL("police killed the gunman", answer).f()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'a b c','a b c',1,1",
        "'a b','c d',0,0",
        "'','a',0,0",
        "'a','',0,0",
        "'a a b','a',0.5,0.5",
        "'a b','a a a a',0.3333333333333333,0.3333333333333333",
        "'b a','a b',1,0.5",
        "'Don''t stop, 2nd time!','don t STOP 2nd-time',1,1",
        "'Grüße','gr e',1,1"
    })
    void wordsAreRunsOfAsciiLettersAndDigits(String reference, String answer, double one, double longest) {
        assertThat(rouge.rouge1(reference, answer).f()).isCloseTo(one, within(1e-15));
        assertThat(rouge.rougeL(reference, answer).f()).isCloseTo(longest, within(1e-15));
    }

    @Test
    void aStemmerSeesWordsOfMoreThanThreeLetters() {
        Rouge stemming = new Rouge(word -> word.substring(0, 3));

        assertThat(stemming.rouge1("catalog dog", "category dot").f()).isEqualTo(0.5);
    }
}
