package dev.piecewise.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import dev.piecewise.engine.TokenConstraint;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What requests for structured output become on their way to the engine. */
@Timeout(60)
final class StructuredOutputTest {
    @AutoClose
    private static final TestGateway SERVER = TestGateway.serving();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"guided_choice\":[\"yes\",\"no\"] | y | {",
                "\"guided_regex\":\"[a-c]+\" | b | d",
                "\"guided_json\":{\"type\":\"integer\"} | 7 | a",
                "\"structured_outputs\":{\"json_object\":true} | { | [",
                "\"response_format\":{\"type\":\"json_object\"} | { | [",
                "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"type\":\"array\"}}} | [ | {",
            })
    void theEngineIsToldWhatMayComeFirst(String field, char may, char mayNot) throws Exception {
        SERVER.engine.say("x");
        SERVER.completion("{\"prompt\":\"a\",\"n\":2," + field + "}").statusCode(200);

        TokenConstraint first = SERVER.engine.next().request.constraint();
        TokenConstraint second = SERVER.engine.next().request.constraint();
        assertThat(first).isNotNull().isSameAs(second);
        assertThat(allows(first, may)).isTrue();
        assertThat(allows(first, mayNot)).isFalse();
    }

    @Test
    void aRequestThatAsksForNothingIsNotConstrained() throws Exception {
        SERVER.engine.say("x");
        SERVER.completion("{\"prompt\":\"a\",\"response_format\":{\"type\":\"text\"}}")
                .statusCode(200);
        assertThat(SERVER.engine.next().request.constraint()).isNull();
    }

    @Test
    void aKeywordThatCannotBeHonouredIsNamedBeforeAStreamBegins() {
        String schema = "{\"properties\":{\"a\":{\"not\":{}}}}";
        SERVER.completion(
                        "{\"prompt\":\"a\",\"stream\":true,\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":"
                                + schema + "}}}")
                .statusCode(400)
                .body("error.param", equalTo("response_format.json_schema.schema.properties.a.not"))
                .body(
                        "error.message",
                        startsWith("response_format.json_schema.schema.properties.a.not is not supported"));
    }

    private static boolean allows(@Nullable TokenConstraint constraint, char c) {
        int token = ScriptedEngine.Scripted.token((byte) c);
        return constraint != null && (constraint.allowed()[token >> 6] >>> token & 1) != 0;
    }
}
