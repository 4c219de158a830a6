package dev.piecewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many tokens of prompts go beside sequences that decode, by given durations of steps. */
final class PromptPaceTest {
    private static final int BUDGET = 512;

    private final PromptPace pace = new PromptPace(2, 64);

    @Test
    void withNothingDecodingOrWithoutABoundAllRoomIsThePrompts() {
        PromptPace unbound = new PromptPace(0, 64);
        for (int i = 0; i < 200; i++) {
            assertThat(pace.most(0, BUDGET)).isEqualTo(BUDGET);
            assertThat(unbound.most(8, 504)).isEqualTo(504);
            pace.took(0, BUDGET, 3);
            unbound.took(8, 504, 3);
        }
    }

    @Test
    void theFirstStepBesideDecodingGoesWithoutAndTheNextTakesLittle() {
        assertThat(pace.most(4, 508)).isZero();
        pace.took(4, 0, 0.1);
        assertThat(pace.most(4, 508)).isEqualTo(16);
        assertThat(pace.most(4, 7)).isEqualTo(6);
        assertThat(pace.most(4, 3)).isEqualTo(3);
    }

    @Test
    void aPromptReadAloneTellsWhatATokenCostsAtMost() {
        pace.took(0, 15, 0.001);
        pace.took(0, 512, 4.0);
        pace.took(0, 512, 9);
        pace.took(4, 0, 0.1);
        // 70 ms for tokens of 7.8 ms each.
        assertThat(pace.most(4, 508)).isEqualTo(8);
        pace.took(4, 8, 0.1199);
        // 2.5 ms each, but no more than twice what was tried.
        assertThat(pace.most(4, 508)).isEqualTo(16);
        pace.took(4, 16, 0.1398);
        assertThat(pace.most(4, 508)).isEqualTo(28);
        pace.took(0, 512, 0.1);
        assertThat(pace.most(4, 508)).isEqualTo(28);
    }

    @Test
    void chunksThatCostNothingGrowTwofold() {
        pace.took(4, 0, 0.1);
        List<Integer> chunks = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            chunks.add(pace.most(4, 508));
            pace.took(4, chunks.getLast(), 0.099);
        }
        assertThat(chunks).containsExactly(16, 32, 64, 128, 0, 256, 508, 508, 508);
    }

    @Test
    void aSmallChunkTellsNothing() {
        settle(8, 0.1, 0.00099);
        for (int i = 0; i < 9; i++) {
            pace.took(8, 5, 0.2);
        }
        assertThat(pace.most(8, 504)).isEqualTo(70);
    }

    @Test
    void everyPromptGoesOnHoweverMuchItCosts() {
        pace.took(4, 0, 0.1);
        for (int i = 0; i < 60; i++) {
            int prompts = pace.most(4, 508);
            assertThat(prompts).isIn(0, 4, 16);
            pace.took(4, prompts, 0.1 + prompts);
        }
        pace.took(4, 0, 0.1);
        assertThat(pace.most(4, 508)).isEqualTo(4);
        assertThat(pace.most(4, 1)).isEqualTo(1);
    }

    @Test
    void whereAllStepsCarryPromptsOneIsLeftWithoutMoreAndMoreSeldom() {
        List<Integer> between = new ArrayList<>();
        int carried = 0;
        while (between.size() < 20) {
            if (pace.most(4, 508) > 0) {
                carried++;
                pace.took(4, 16, 0.19);
            } else {
                between.add(carried);
                carried = 0;
                pace.took(4, 0, 0.1);
            }
        }
        assertThat(between).startsWith(0, 4, 8, 12, 16).endsWith(32, 32, 32);
    }

    @Test
    void whatAStepTakesAloneIsNotLearnedFromStepsThatCarryPrompts() {
        settle(8, 0.1, 0.0049);
        assertThat(pace.most(8, 504)).isEqualTo(14);
        for (int i = 0; i < 60; i++) {
            pace.took(8, 14, 0.4);
        }
        pace.took(8, 0, 0.1);
        assertThat(pace.most(8, 504)).isEqualTo(4);
    }

    @Test
    void stepsThatSomethingElseDelaysChangeNothing() {
        settle(8, 0.1, 0.00099);
        assertThat(pace.most(8, 504)).isEqualTo(70);
        for (int i = 0; i < 2; i++) {
            pace.took(8, 70, 30);
            pace.took(8, 70, 30);
            pace.took(8, 0, 30);
        }
        assertThat(pace.most(8, 504)).isEqualTo(70);
    }

    @Test
    void whereEverythingBecomesSlowerPromptsAreSoonReadAsBefore() {
        settle(8, 0.1, 0.0049);
        for (int i = 0; i < 60; i++) {
            int prompts = pace.most(8, 504);
            pace.took(8, prompts, 0.3 + prompts * 0.0147);
        }
        pace.took(8, 0, 0.3);
        assertThat(pace.most(8, 504)).isEqualTo(14);
    }

    @Test
    void whatIsKnownOfFewerSequencesDoesForMore() {
        settle(8, 0.1, 0.00099);
        assertThat(pace.most(12, 500)).isEqualTo(70);
        assertThat(pace.most(7, 505)).isZero();
        for (int i = 0; i < 4; i++) {
            pace.took(12, 70, 0.2);
        }
        assertThat(pace.most(12, 500)).isZero();
        pace.took(12, 0, 0.12);
        assertThat(pace.most(12, 500)).isEqualTo(84);
    }

    @Test
    void whatATokenCostsIsLearnedBesideAsManySequencesAsNeverRanAlone() {
        pace.took(63, 0, 0.1);
        List<Integer> chunks = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            chunks.add(pace.most(64, 448));
            pace.took(64, chunks.getLast(), 0.1 + chunks.getLast() * 0.00099);
        }
        assertThat(chunks).containsExactly(16, 32, 64, 70);
    }

    @Test
    void whatMoreSequencesCostIsNotTakenForThePrompts() {
        pace.took(1, 0, 0.003);
        for (int decoding = 2; decoding < 60; decoding++) {
            assertThat(pace.most(decoding, 448)).isEqualTo(16);
            pace.took(decoding, 16, 0.003 + 0.0005 * decoding);
        }
    }

    /** Machines whose steps differ by 3 %: two cores with a small and a large batch, attention that costs more the longer the prompt is, and a GPU whose first 200 tokens cost nothing. */
    @ParameterizedTest
    @CsvSource({
        "1, 0.087, 0.0055, 0, 0, 9",
        "8, 0.100, 0.0055, 0, 0, 11",
        "8, 0.100, 0.0055, 0.0000055, 0, 5",
        "32, 0.010, 0.00004, 0, 200, 340",
    })
    void stepsWithPromptsStayBelowTwiceTheMedian(
            int decoding, double alone, double perToken, double perContext, int free, int fastEnough) {
        Random noise = new Random(5);
        List<Double> steps = new ArrayList<>();
        List<Double> plain = new ArrayList<>();
        int read = 0;
        int carrying = 0;
        for (int i = 0; i < 1000; i++) {
            boolean waiting = i % 250 >= 50;
            int context = waiting ? read % 2048 : 0;
            int prompts = waiting ? pace.most(decoding, BUDGET - decoding) : 0;
            double seconds = alone + Math.max(0, prompts - free) * (perToken + perContext * context);
            seconds *= 1 + 0.03 * Math.clamp(noise.nextGaussian(), -3, 3);
            pace.took(decoding, prompts, seconds);
            read += prompts;
            carrying += prompts > 0 ? 1 : 0;
            (prompts == 0 ? plain : steps).add(seconds);
        }
        Collections.sort(plain);
        Collections.sort(steps);
        double median = plain.get(plain.size() / 2);
        assertThat(median).isCloseTo(alone, within(alone * 0.02));
        assertThat(steps.get(steps.size() * 98 / 100)).isLessThan(2 * median);
        assertThat((double) read / carrying).isGreaterThan(fastEnough);
    }

    /** So many steps of each kind that nothing moves any more. */
    private void settle(int decoding, double alone, double perToken) {
        for (int i = 0; i < 300; i++) {
            int prompts = pace.most(decoding, BUDGET - decoding);
            pace.took(decoding, prompts, alone + prompts * perToken);
        }
        pace.took(decoding, 0, alone);
    }
}
