package dev.piecewise.checkpoint;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class JsonFieldsTest {
    @Test
    void saysWhatIsWrongAndNotHowItWasRead() {
        assertThatThrownBy(() -> JsonFields.parse("a.json", "{\"a\": 1"))
                .isInstanceOf(BadFileException.class)
                .hasMessage("a.json: is not valid JSON: Unexpected end-of-input: expected close marker for Object");
    }
}
