package dev.piecewise.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

final class Bm25Test {
    private static final double TIGHT = 1e-14;

    @Test
    void scoresAreThoseThatRankBm25Publishes() {
        Bm25 index =
                new Bm25(List.of("Hello there good man!", "It is quite windy in London", "How is the weather today?"));

        assertThat(index.scores("windy London")).containsExactly(new double[] {0, 0.937294722506405, 0}, within(TIGHT));
        assertThat(index.best("windy London", 1)).containsExactly(1);
    }

    /** Four documents of 3, 6, 3, 5 words (two spaces make an empty word), mean 4.25; idf of 10 words; "the" is in 3 of 4, so it weighs a quarter of the mean. */
    @Test
    void aWordInMostDocumentsWeighsAQuarterOfTheMean() {
        Bm25 index = new Bm25(List.of("the cat sat", "the dog sat on the mat", "the  bird", "a cat and a cat"));
        double rare = Math.log(3.5 / 1.5);
        double the = 0.25 * (7 * rare + 2 * Math.log(2.5 / 2.5) + Math.log(1.5 / 3.5)) / 10;

        assertThat(the).isCloseTo(0.12709467905808053, within(TIGHT));
        assertThat(index.scores("the cat cat"))
                .containsExactly(
                        new double[] {
                            the * 2.5 / (1 + 1.5 * (0.25 + 0.75 * 3 / 4.25)),
                            the * 2 * 2.5 / (2 + 1.5 * (0.25 + 0.75 * 6 / 4.25)),
                            the * 2.5 / (1 + 1.5 * (0.25 + 0.75 * 3 / 4.25)),
                            0
                        },
                        within(TIGHT));
        assertThat(index.scores("the cat cat")[1]).isCloseTo(0.16034208118644666, within(TIGHT));
        assertThat(index.scores("x  y")[2]).isPositive();
    }

    @Test
    void wordsAreTakenAsTheyAre() {
        Bm25 index = new Bm25(List.of("Rain falls", "rain, falls", "snow lies"));

        assertThat(index.scores("rain")).containsOnly(0);
    }

    @Test
    void aWordOfTheQueryCountsAsOftenAsItIsThere() {
        Bm25 index = new Bm25(List.of("a b", "c d", "e f"));

        assertThat(index.scores("a a")[0]).isEqualTo(2 * index.scores("a")[0]);
    }

    @Test
    void equalScoresPutTheNewestFirst() {
        Bm25 index = new Bm25(List.of("a x", "b x", "a y", "c z", "d z"));

        assertThat(index.best("a", 3)).containsExactly(2, 0, 4);
        assertThat(index.best("a", 0)).isEmpty();
    }

    @Test
    void noDocumentsGiveNone() {
        assertThat(new Bm25(List.of()).best("a", 3)).isEmpty();
    }

    @Test
    void recencyTakesTheNewest() {
        assertThat(Ranking.recency(4).best("whatever", 2)).containsExactly(3, 2);
        assertThat(Ranking.recency(1).best("whatever", 2)).containsExactly(0);
    }
}
