package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.Span.Draw;
import dev.piecewise.engine.TokenLogprobs;
import dev.piecewise.fixture.ReferenceModel.Sequence;
import dev.piecewise.fixture.ReferenceModel.Updates;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A step that fails leaves the other sequences' places as they were, and the runner goes on. */
@Timeout(60)
final class FailedStepTest {
    @TempDir
    Path directory;

    @AutoClose
    private TinyRunner tiny;

    private int[] tokens;
    private final List<TokenLogprobs> seen = new ArrayList<>();

    @BeforeEach
    void readHalfOfASequence() {
        tiny = TinyRunner.of(TinyCheckpoint.llama(), directory);
        tokens = tiny.tokens(24, 1);
        read(12);
    }

    private void read(int length) {
        seen.addAll(tiny.run(tiny.scored(tokens, seen.size(), length, 100))
                .rows()
                .getFirst()
                .scores());
    }

    /** The sequence reads on as if nothing had happened. */
    private void assertGoesOn() {
        read(1);
        read(tokens.length - seen.size());
        Distributions.assertSame(seen, tiny.reference.logits(Sequence.of(tokens), Updates.NONE));
    }

    private Span good() {
        return tiny.scored(tokens, seen.size(), 3, 100);
    }

    @Test
    void aTokenOutsideTheVocabularyFailsItsStepOnly() {
        int[] bad = {5, 96, 7};
        assertThatThrownBy(() -> tiny.run(good(), tiny.scored(bad, 0, 3, 300))).isInstanceOf(RuntimeException.class);
        int[] negative = {5, -1, 7};
        assertThatThrownBy(() -> tiny.run(tiny.scored(negative, 0, 3, 300), good()))
                .isInstanceOf(RuntimeException.class);
        assertGoesOn();
    }

    @Test
    void anExtentBeyondTheArenaFailsItsStepOnly() {
        int[] other = tiny.tokens(8, 2);
        assertThatThrownBy(() -> tiny.run(good(), tiny.scored(other, 0, 8, TinyRunner.PLACES - 7)))
                .isInstanceOf(RuntimeException.class);
        assertGoesOn();
    }

    @Test
    void aBiasOutsideTheVocabularyFailsItsStepOnly() {
        Draw draw = new Draw(1, 0, 1, 0, 0.5, new int[] {1000}, new float[] {1}, new int[0], 1, -1);
        Span span = new Span(tiny.tokens(4, 3), 0, 4, 300, 4, TinyRunner.BASE, -1, draw, 0, 0);
        assertThatThrownBy(() -> tiny.run(span, good())).isInstanceOf(RuntimeException.class);
        assertGoesOn();
    }

    @Test
    void gainsForAPoolThatIsNotResidentFailTheirStepOnly() {
        Adaptation resident = new Adaptation.Resident("plan", new TreeMap<>());
        Span span = TinyRunner.with(TinyRunner.greedy(tiny.tokens(4, 3), 0, 300), resident, -1);
        assertThatThrownBy(() -> tiny.run(span, good()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("resident");
        assertGoesOn();
    }

    @Test
    void aFailedStepMayBeRunAgain() {
        assertThatThrownBy(() -> tiny.run(good(), tiny.scored(new int[] {5, 96}, 0, 2, 300)))
                .isInstanceOf(RuntimeException.class);
        int[] right = {5, 9};
        List<TokenLogprobs> again =
                tiny.run(good(), tiny.scored(right, 0, 2, 300)).rows().getLast().scores();
        Distributions.assertSame(again, tiny.reference.logits(Sequence.of(right), Updates.NONE));
        assertThat(again).hasSize(2);
        assertGoesOn();
    }
}
