package dev.piecewise.gateway.tools;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** An expected answer is written as its text with {@code «name arguments»} for a call. Every answer is given whole, in single characters and in two parts, cut anywhere. */
final class CallParserTest {
    private static final Set<String> FUNCTIONS = Set.of("now", "add");

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            HERMES  ¦ <tool_call>\\n{"name": "add", "arguments": {"a": [1, 2.50]}}\\n</tool_call> ¦ «add {"a": [1, 2.50]}»
            HERMES  ¦ <tool_call>{"arguments":{},"name":"now"}</tool_call> ¦ «now {}»
            HERMES  ¦ <tool_call>{"name":"now"}</tool_call> ¦ «now {}»
            HERMES  ¦ Let me see.\\n<tool_call>{"name":"now","arguments":{}}</tool_call> ¦ Let me see.«now {}»
            HERMES  ¦ <tool_call>{"name":"now","arguments":{}}</tool_call>\\n<tool_call>{"name":"add","arguments":{"b":"</x>"}}</tool_call>\\n ¦ «now {}»«add {"b":"</x>"}»
            HERMES  ¦ <tool_call>{"name":"now","arguments":{}}</tool_call> Done. ¦ «now {}» Done.
            HERMES  ¦ <tool_call>{"name":"now","arguments":{}} ¦ «now {}»
            HERMES  ¦ <tool_call>{"name":"now","arguments":{"a": ¦ <tool_call>{"name":"now","arguments":{"a":
            HERMES  ¦ <tool_call>{"name":"other","arguments":{}}</tool_call> ¦ <tool_call>{"name":"other","arguments":{}}</tool_call>
            HERMES  ¦ <tool_call>\\n<function=now>\\n</function>\\n</tool_call> ¦ <tool_call>\\n<function=now>\\n</function>\\n</tool_call>
            HERMES  ¦ <tool_call>{"name":"now","name":"add"}</tool_call>! ¦ <tool_call>{"name":"now","name":"add"}</tool_call>!
            HERMES  ¦ <tool_call>{"name":"add","arguments":"{\\"a\\":1}"}</tool_call> ¦ «add {"a":1}»
            HERMES  ¦ <tool_call>{"name":"add","arguments":[1]}</tool_call> ¦ <tool_call>{"name":"add","arguments":[1]}</tool_call>
            HERMES  ¦ a < b, <tool> and <tool_cal ¦ a < b, <tool> and <tool_cal
            HERMES  ¦ only text\\n ¦ only text\\n
            MISTRAL ¦ [TOOL_CALLS] [{"name": "add", "arguments": {"a": "]"}}, {"name": "now", "arguments": {}}] ¦ «add {"a": "]"}»«now {}»
            MISTRAL ¦ [TOOL_CALLS][{"name": "now", "arguments": {}, "id": "abcdefghi"}] ¦ «now {}»
            MISTRAL ¦ [TOOL_CALLS]add[ARGS]{"a": 1}[TOOL_CALLS]now[ARGS]{} ¦ «add {"a": 1}»«now {}»
            MISTRAL ¦ [TOOL_CALLS]add[CALL_ID]abcdefghi[ARGS]{"a": 1} ¦ «add {"a": 1}»
            MISTRAL ¦ Sure.[TOOL_CALLS] [{"name": "now", "arguments": {}}] ¦ Sure.«now {}»
            MISTRAL ¦ [TOOL_CALLS] [{"name": "now", "arguments": { ¦ [TOOL_CALLS] [{"name": "now", "arguments": {
            MISTRAL ¦ [TOOL_CALLS] nothing of the kind ¦ [TOOL_CALLS] nothing of the kind
            MISTRAL ¦ a list [1, 2] ¦ a list [1, 2]
            LLAMA3  ¦ {"name": "add", "parameters": {"a": "}"}} ¦ «add {"a": "}"}»
            LLAMA3  ¦ <|python_tag|>{"name": "now", "parameters": {}} ¦ «now {}»
            LLAMA3  ¦ {"type": "function", "name": "now", "parameters": {}} ¦ «now {}»
            LLAMA3  ¦ {"name": "now", "parameters": {}}; {"name": "add", "parameters": {"a": 1}} ¦ «now {}»«add {"a": 1}»
            LLAMA3  ¦ {"name": "now", "parameters": {} ¦ {"name": "now", "parameters": {}
            LLAMA3  ¦ {"a": 1} is JSON ¦ {"a": 1} is JSON
            LLAMA3  ¦ <|python_tag|>print(1) ¦ <|python_tag|>print(1)
            LLAMA3  ¦ It is {"name": "now", "parameters": {}} ¦ It is {"name": "now", "parameters": {}}
            LLAMA3  ¦ {not JSON} at all ¦ {not JSON} at all
            UNKNOWN ¦ <tool_call>{"name":"now","arguments":{}}</tool_call> ¦ <tool_call>{"name":"now","arguments":{}}</tool_call>
            """)
    void tellsCallsFromTextHoweverTheAnswerIsCut(CallFormat format, String answer, String expected) {
        String text = answer.replace("\\n", "\n");
        String wanted = expected.replace("\\n", "\n");

        assertThat(read(format, List.of(text))).isEqualTo(wanted);
        assertThat(read(format, text.chars().mapToObj(Character::toString).toList()))
                .isEqualTo(wanted);
        for (int cut = 1; cut < text.length(); cut++) {
            assertThat(read(format, List.of(text.substring(0, cut), text.substring(cut))))
                    .as("cut at %d", cut)
                    .isEqualTo(wanted);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CallFormat.class,
            names = {"HERMES", "MISTRAL"})
    void letsTextThroughAtOnceWhereNoCallCanBegin(CallFormat format) {
        CallParser parser = format.parser(FUNCTIONS);

        assertThat(parser.add("Once upon")).containsExactly(new Said.Text("Once upon"));
        assertThat(parser.add(" a time <"))
                .containsExactly(new Said.Text(" a time" + (format == CallFormat.HERMES ? "" : " <")));
    }

    @Test
    void letsTextThroughAtOnceWhenAnAnswerToLlamaBeginsAsNoCall() {
        CallParser parser = CallFormat.LLAMA3.parser(FUNCTIONS);

        assertThat(parser.add("Once")).containsExactly(new Said.Text("Once"));
        assertThat(parser.add(" {\"name\"")).containsExactly(new Said.Text(" {\"name\""));
    }

    @Test
    void readsAnAnswerThatHadToBeCalls() {
        String calls = "[{\"name\": \"now\", \"arguments\": {}}, {\"name\": \"add\", \"arguments\": {\"a\": 1}}]";

        assertThat(read(CallFormat.UNKNOWN.forcedParser(FUNCTIONS), List.of(calls)))
                .isEqualTo("«now {}»«add {\"a\": 1}»");
        assertThat(read(CallFormat.LLAMA3.forcedParser(FUNCTIONS), List.of("{\"name\": \"now\", \"parameters\": {}}")))
                .isEqualTo("«now {}»");
        assertThat(read(CallFormat.UNKNOWN.forcedParser(FUNCTIONS), List.of("[{\"name\": \"now\"")))
                .isEqualTo("[{\"name\": \"now\"");
    }

    @Test
    void givesTheWholeCallsOfAListThatWasCutShort() {
        assertThat(read(
                        CallFormat.UNKNOWN.forcedParser(FUNCTIONS),
                        List.of("[{\"name\": \"now\", \"argu", "ments\": {}}, {\"name\": \"add\", \"arg")))
                .isEqualTo("«now {}»");
    }

    @Test
    void takesTheFirstCallWhereOnlyOneIsWanted() {
        Tool now = new Tool("p", "now", NullNode.instance, NullNode.instance);
        CallParser parser = new Toolbox(List.of(now), new ToolChoice.Auto(), false).parser(CallFormat.LLAMA3);
        String call = "{\"name\": \"now\", \"parameters\": {}}";

        assertThat(read(parser, List.of(call + ";" + call))).isEqualTo("«now {}»");
    }

    private static String read(CallFormat format, List<String> pieces) {
        return read(format.parser(FUNCTIONS), pieces);
    }

    private static String read(CallParser parser, List<String> pieces) {
        List<Said> said = new ArrayList<>();
        pieces.forEach(piece -> said.addAll(parser.add(piece)));
        said.addAll(parser.finish());
        StringBuilder written = new StringBuilder();
        for (Said one : said) {
            switch (one) {
                case Said.Text(String text) -> written.append(text);
                case Said.Thought(String text) -> throw new AssertionError(text);
                case Said.Call(var call) ->
                    written.append('«')
                            .append(call.name())
                            .append(' ')
                            .append(call.arguments())
                            .append('»');
            }
        }
        return written.toString();
    }
}
