package dev.piecewise.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChatTemplatesTest {
    private static final List<Map<String, Object>> GREETING = List.of(Map.of("role", "user", "content", "Hi"));
    private static final List<Map<String, Object>> TOOLS = List.of(Map.of("type", "function"));

    @TempDir
    Path directory;

    @Test
    void aCheckpointWithoutATemplateHasNone() throws IOException {
        assertThat(ChatTemplates.load(directory)).isEmpty();

        write("tokenizer_config.json", "{\"bos_token\": \"<s>\", \"chat_template\": null}");
        assertThat(ChatTemplates.load(directory)).isEmpty();
    }

    @Test
    void aTemplateInTheTokenizersConfigurationKnowsItsSpecialTokens() throws IOException {
        write("tokenizer_config.json", """
                {"bos_token": {"content": "<s>", "special": true}, "eos_token": "</s>", "pad_token": null,
                 "additional_special_tokens": ["<a>", {"content": "<b>"}],
                 "chat_template": "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}{{ pad_token is defined }}{{ additional_special_tokens }}"}
                """);

        assertThat(render(null, Map.of())).isEqualTo("<s>Hi</s>False['<a>', '<b>']");
    }

    @Test
    void theMapOfSpecialTokensFillsWhatTheConfigurationLeavesOut() throws IOException {
        write("special_tokens_map.json", "{\"bos_token\": \"old\", \"eos_token\": {\"content\": \"</s>\"}}");
        write("tokenizer_config.json", "{\"bos_token\": \"<s>\", \"chat_template\": \"{{ bos_token + eos_token }}\"}");

        assertThat(render(null, Map.of())).isEqualTo("<s></s>");
    }

    @Test
    void amongNamedTemplatesTheOneForTheRequestIsTaken() throws IOException {
        write("tokenizer_config.json", """
                {"chat_template": [{"name": "default", "template": "plain"},
                                   {"name": "tool_use", "template": "{{ tools|length }} tools"},
                                   {"name": "rag", "template": "{{ documents|length }} documents"}]}
                """);

        assertThat(render(null, Map.of())).isEqualTo("plain");
        assertThat(render(TOOLS, Map.of())).isEqualTo("1 tools");
        assertThat(render(null, Map.of("documents", List.of("a", "b")))).isEqualTo("2 documents");
    }

    @Test
    void withoutADefaultTemplateTheNamesOfTheOthersAreTold() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"\"}]}");

        assertThatThrownBy(() -> render(null, Map.of()))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("no default chat template, only [rag]");
    }

    @Test
    void aFileOfItsOwnWinsOverTheConfiguration() throws IOException {
        write("tokenizer_config.json", "{\"bos_token\": \"<s>\", \"chat_template\": \"old\"}");
        write("chat_template.jinja", "{{ bos_token }}new\r\n");
        Files.createDirectory(directory.resolve("additional_chat_templates"));
        write("additional_chat_templates/tool_use.jinja", "new with tools");

        assertThat(render(null, Map.of())).isEqualTo("<s>new");
        assertThat(render(TOOLS, Map.of())).isEqualTo("new with tools");
    }

    @Test
    void extraVariablesAreThereAndWinOverSpecialTokens() throws IOException {
        write(
                "tokenizer_config.json",
                "{\"bos_token\": \"<s>\", \"chat_template\": \"{{ bos_token }}{{ enable_thinking }}\"}");

        assertThat(render(null, Map.of("enable_thinking", false, "bos_token", "<x>")))
                .isEqualTo("<x>False");
    }

    @Test
    void theTimeComesFromTheClock() throws IOException {
        write("chat_template.jinja", "{{ strftime_now('%d %b %Y') }}");
        Clock clock = Clock.fixed(Instant.parse("2025-01-02T03:04:05Z"), ZoneOffset.UTC);

        String text = ChatTemplates.load(directory, clock).orElseThrow().render(GREETING, null, true, Map.of());

        assertThat(text).isEqualTo("02 Jan 2025");
    }

    @Test
    void aBrokenTemplateFailsWhenItIsUsedAndNotBefore() throws IOException {
        write("chat_template.jinja", "line\n{% if %}");
        ChatTemplate template = ChatTemplates.load(directory).orElseThrow();

        assertThatThrownBy(() -> template.render(GREETING, null, true, Map.of()))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageContaining("Expected an expression")
                .hasMessageContaining("(line 2)");
    }

    @Test
    void aConfigurationThatIsNotWhatItShouldBeIsNamed() throws IOException {
        write("tokenizer_config.json", "{\"chat_template\": [{\"name\": \"default\"}]}");

        assertThatThrownBy(() -> ChatTemplates.load(directory))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("tokenizer_config.json")
                .hasMessageContaining("chat_template must be");
    }

    private String render(@Nullable List<Map<String, Object>> tools, Map<String, Object> extra) {
        return ChatTemplates.load(directory).orElseThrow().render(GREETING, tools, true, extra);
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(directory.resolve(file), text);
    }
}
