package dev.piecewise.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.Keys;
import dev.piecewise.adapter.Merge;
import dev.piecewise.error.ServingException;
import dev.piecewise.evaluation.MethodSpec.Source;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MethodSpecTest {
    @Test
    void aNameAloneTakesTheDefaults() {
        assertThat(parse("base")).isEqualTo(new MethodSpec("base", new Source.Base(), 0));
        assertThat(parse("rag")).isEqualTo(new MethodSpec("rag", new Source.Base(), 4));
        assertThat(parse("rag:items=1")).isEqualTo(new MethodSpec("rag:items=1", new Source.Base(), 1));
        assertThat(parse("retrieval").source()).isEqualTo(new Source.NearestSharer());
        assertThat(parse("oppu+rag")).isEqualTo(new MethodSpec("oppu+rag", new Source.Own(), 4));
        assertThat(parse("perpcs").source())
                .isEqualTo(new Source.Pieces(Assembler.Options.DEFAULT, Optional.empty(), true, 1, 0));
    }

    @Test
    void settingsAreTakenAsWritten() {
        MethodSpec method = parse(
                "perpcs:k=1,merge=factor,keys=arrow,forecast=no,share=0.5,sharers=25,selection=per-batch,batch=8,temperature=2,items=20+rag:items=2");

        assertThat(method.ragItems()).isEqualTo(2);
        assertThat(method.source())
                .isEqualTo(new Source.Pieces(
                        new Assembler.Options(
                                1,
                                2,
                                Merge.FACTOR,
                                Assembler.Selection.PER_BATCH,
                                8,
                                20,
                                Assembler.Options.DEFAULT.maxTokens()),
                        Optional.of(Keys.ARROW),
                        false,
                        0.5,
                        25));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "best | a method is base",
                "base:k=1 | base has no setting k",
                "perpcs:k=0 | k must be a number above 0",
                "perpcs:k=1.5 | k must be an integer",
                "perpcs:k=many | k must be a number above 0, not many",
                "perpcs:share=2 | share is at most 1",
                "perpcs:k=1,k=2 | there twice",
                "perpcs:forecast=off | forecast is yes or no, not off",
                "perpcs:merge=sum | merge is product or factor, not sum",
                "perpcs:keys=none | keys are gates or arrow",
                "perpcs:selection=some | selection is global or per-batch",
                "base+oppu | only rag may stand after +",
                "rag+rag | only rag may stand after +"
            })
    void whatIsWrongIsNamed(String text, String message) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("--method " + text)
                .hasMessageContaining(message);
    }

    private static MethodSpec parse(String text) {
        return MethodSpec.parse(text, Assembler.Options.DEFAULT, 4);
    }
}
