package dev.piecewise.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.retrieval.Preamble.Packed;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PreambleTest {
    private static final Preamble PREAMBLE = Preamble.DEFAULT;

    @Test
    void documentsStandOnTheirOwnLinesBeforeThePrompt() {
        assertThat(PREAMBLE.put(List.of("Description: A Tag: x\n", "Description: B Tag: y"), "Description: C Tag:"))
                .isEqualTo("""
                        ### User History:
                        Description: A Tag: x
                        Description: B Tag: y


                        Description: C Tag:""");
        assertThat(PREAMBLE.put(List.of(), "p")).isEqualTo("p");
    }

    @Test
    void whatHasNoRoomIsLeftOutAndTheNextOneTried() {
        List<String> best = List.of("aaaa", "bbbbbbbbbbbbbbbbbbbb", "cc");
        int all = PREAMBLE.put(List.of("aaaa", "cc"), "p").length();

        assertThat(PREAMBLE.pack(best, "p", all, String::length))
                .isEqualTo(new Packed(PREAMBLE.put(List.of("aaaa", "cc"), "p"), List.of(0, 2)));
        assertThat(PREAMBLE.pack(best, "p", all - 1, String::length).documents())
                .containsExactly(0);
    }

    @Test
    void aPromptThatFillsTheBudgetStaysAlone() {
        assertThat(PREAMBLE.pack(List.of("a"), "prompt", 3, String::length)).isEqualTo(new Packed("prompt", List.of()));
    }
}
