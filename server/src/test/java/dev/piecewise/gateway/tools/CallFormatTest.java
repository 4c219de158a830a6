package dev.piecewise.gateway.tools;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.text.ChatTemplates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ways in which the usual templates write the calls of an earlier turn. */
final class CallFormatTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '¦', quoteCharacter = '`', textBlock = """
            HERMES  ¦ <tool_call>~{"name": "{{ f.name }}", "arguments": {{ f.arguments | tojson }}}~</tool_call>
            HERMES  ¦ <tool_call>~{{ f | tojson }}~</tool_call>
            MISTRAL ¦ [TOOL_CALLS] [{{ f | tojson }}]
            MISTRAL ¦ [TOOL_CALLS]{{ f.name }}[ARGS]{{ f.arguments | tojson }}
            LLAMA3  ¦ {"name": "{{ f.name }}", "parameters": {{ f.arguments | tojson }}}
            UNKNOWN ¦ <tool_call>~<function={{ f.name }}>~</function>~</tool_call>
            UNKNOWN ¦ [{{ f.name }}(probe=1)]
            UNKNOWN ¦ {{ raise_exception("no calls") }}
            """)
    void knowsAFormatByHowATemplateWritesIt(CallFormat format, String call) throws IOException {
        template("{% for m in messages %}{% if m.tool_calls %}{% set f = m.tool_calls[0].function %}"
                + call.replace('~', '\n')
                + "{% else %}{{ m.content }}{% endif %}{% endfor %}");

        assertThat(CallFormat.of(ChatTemplates.load(directory).orElseThrow())).isEqualTo(format);
    }

    @Test
    void takesAModelForOneWithoutCallsWhenItsTemplateSaysNothingOfThem() throws IOException {
        template("{% for m in messages %}{{ m.content }}{% endfor %}");

        assertThat(CallFormat.of(ChatTemplates.load(directory).orElseThrow())).isEqualTo(CallFormat.UNKNOWN);
    }

    private void template(String text) throws IOException {
        Files.writeString(directory.resolve("chat_template.jinja"), text);
    }
}
