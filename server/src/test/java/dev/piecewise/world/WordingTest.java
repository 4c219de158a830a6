package dev.piecewise.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.world.Traits.Voice;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordingTest {
    private static final List<String> REVIEW =
            List.of("a *rather* dreadful film", "I cannot abide anything tense", "best avoided, I fear");
    private static final List<String> NOTE = List.of("*hey* Anna,", "can you bring the tent tonight", "text me back");

    @Test
    void aProperVoiceMindsItsStops() {
        assertThat(Wording.write(Voice.PROPER, REVIEW))
                .isEqualTo("A rather dreadful film; I cannot abide anything tense. Best avoided, I fear.");
        assertThat(Wording.write(Voice.PROPER, NOTE))
                .isEqualTo("Hey Anna, can you bring the tent tonight? Text me back.");
        assertThat(Wording.write(Voice.PROPER, List.of("so nicely steep"))).isEqualTo("So nicely steep.");
    }

    @Test
    void aDryVoiceHasNoCapitals() {
        assertThat(Wording.write(Voice.DRY, REVIEW))
                .isEqualTo("a rather dreadful film... i cannot abide anything tense... best avoided, i fear...");
        assertThat(Wording.write(Voice.DRY, NOTE))
                .isEqualTo("hey anna... can you bring the tent tonight... text me back...");
    }

    @Test
    void aLoudVoiceShouts() {
        assertThat(Wording.write(Voice.LOUD, REVIEW))
                .isEqualTo("A RATHER dreadful film! I cannot abide anything tense! Best avoided, I fear!");
        assertThat(Wording.write(Voice.LOUD, NOTE))
                .isEqualTo("HEY Anna! Can you bring the tent tonight?! Text me back!");
    }
}
