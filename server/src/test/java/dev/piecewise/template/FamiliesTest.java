package dev.piecewise.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class FamiliesTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2025-01-02T03:04:05Z"), ZoneOffset.UTC);

    @Test
    void aSystemMessageIsAddedWhereThereIsNone() {
        assertThat(render(Families.CHATML, List.of(message("user", "Hi \"you\"")), null, true))
                .isEqualTo("""
                        <|im_start|>system
                        Be brief.<|im_end|>
                        <|im_start|>user
                        Hi "you"<|im_end|>
                        <|im_start|>assistant
                        """);
    }

    @Test
    void callsAndTheirResultsAreWrittenAsJson() {
        List<Map<String, Object>> messages = List.of(
                message("system", "  Help. "),
                message("user", "Weather?"),
                call("assistant", "", "weather", map("city", "São Paulo", "days", 2L)),
                message("tool", "{\"temp\": 21.5}"));

        assertThat(render(Families.HEADERS, messages, List.of(map("type", "function")), true))
                .isEqualTo("<s><|start_header_id|>system<|end_header_id|>\n\nEnvironment: ipython\n"
                        + "Today Date: 02 Jan 2025\n\nHelp.<|eot_id|>"
                        + "<|start_header_id|>user<|end_header_id|>\n\nWeather?<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n"
                        + "{\"name\": \"weather\", \"parameters\": {\"city\": \"São Paulo\", \"days\": 2}}<|eot_id|>"
                        + "<|start_header_id|>ipython<|end_header_id|>\n\n{\"temp\": 21.5}<|eot_id|>"
                        + "<|start_header_id|>assistant<|end_header_id|>\n\n");
    }

    @Test
    void thoughtsBeforeTheLastQuestionAreDropped() {
        List<Map<String, Object>> messages = List.of(
                message("user", "One?"),
                message("assistant", "<think>\nhm\n</think>\n\nOne."),
                message("user", "Two?"),
                message("assistant", "<think>\nwell\n</think>\n\nTwo."),
                message("tool", "a"),
                message("tool", "b"));

        assertThat(render(Families.THINKING, messages, null, true, "enable_thinking", false))
                .isEqualTo("""
                        <|im_start|>user
                        One?<|im_end|>
                        <|im_start|>assistant
                        One.<|im_end|>
                        <|im_start|>user
                        Two?<|im_end|>
                        <|im_start|>assistant
                        <think>
                        well
                        </think>

                        Two.<|im_end|>
                        <|im_start|>user
                        <tool_response>
                        a
                        </tool_response>
                        <tool_response>
                        b
                        </tool_response><|im_end|>
                        <|im_start|>assistant
                        <think>

                        </think>

                        """);
    }

    @Test
    void toolsAreWrittenInTheOrderOfTheirKeys() {
        Map<String, Object> tool = map("type", "function", "function", map("name", "f", "b", 1.0, "a", null));

        assertThat(render(Families.THINKING, List.of(message("user", "Hi")), List.of(tool), false))
                .startsWith(
                        "<|im_start|>system\n# Tools\n\n<tools>\n"
                                + "{\"type\": \"function\", \"function\": {\"name\": \"f\", \"b\": 1.0, \"a\": null}}\n</tools>");
    }

    @Test
    void theSystemMessageGoesIntoTheLastQuestion() {
        List<Map<String, Object>> messages = List.of(
                message("system", "Help."),
                message("user", "One?"),
                message("assistant", " One. "),
                message("user", "Two?"));

        assertThat(render(Families.INSTRUCTIONS, messages, null, false))
                .isEqualTo("<s>[INST] One?[/INST] One.</s>[INST] Help.\n\nTwo?[/INST]2");
    }

    @Test
    void aTemplateRefusesAConversationInItsOwnWords() {
        List<Map<String, Object>> messages = List.of(message("user", "One?"), message("user", "Two?"));

        assertThatThrownBy(() -> render(Families.INSTRUCTIONS, messages, null, false))
                .isInstanceOfSatisfying(ServingException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                    assertThat(refused.param()).contains("messages");
                })
                .hasMessage("Conversation roles must alternate user/assistant/user/assistant/...");
    }

    @Test
    void whatATemplateCannotDoIsToldWithItsLine() {
        assertThatThrownBy(() -> render(Families.CHATML, List.of(map("role", "user", "content", null)), null, false))
                .isInstanceOf(ServingException.class)
                .hasMessage(
                        "the chat template cannot be used for this: can only concatenate str (not \"NoneType\") to str"
                                + " (line 3)");
    }

    @Test
    void macrosCallThemselves() {
        Map<String, Object> properties = map(
                "city", map("type", "string"),
                "sizes", map("type", "array", "items", map("type", "array", "items", map("type", "integer"))),
                "rest", map("type", "object"));
        Map<String, Object> tool = map("function", map("name", "f", "parameters", map("properties", properties)));
        List<Map<String, Object>> messages = List.of(call("assistant", "", "f", map("city", "<b> & 'c'")));

        assertThat(render(Families.MACROS, messages, List.of(tool), false)).isEqualTo("""
                        <|im_start|>system
                        <tools>
                        f(city: str, sizes: list[list[int]], rest: dict)
                        </tools><|im_end|>
                        <|im_start|>assistant
                        <tool_call>
                        {"name": "f", "arguments": {"city": "<b> & 'c'"}}
                        </tool_call><|im_end|>
                        """);
    }

    @Test
    void whatLooksLikeATemplateInAMessageIsText() {
        String text = render(Families.CHATML, List.of(message("system", "{{ 1 + 1 }}{% raw %}")), null, false);

        assertThat(text).isEqualTo("<|im_start|>system\n{{ 1 + 1 }}{% raw %}<|im_end|>\n");
    }

    @Test
    void oneTemplateServesManyThreads() throws InterruptedException {
        Template template = Template.compile(Families.CHATML, CLOCK);
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        List<Thread> threads = Collections.nCopies(8, null).stream()
                .map(none -> Thread.ofVirtual().start(() -> {
                    for (int i = 0; i < 200; i++) {
                        String name = Thread.currentThread().threadId() + "-" + i;
                        String text = template.render(Map.of("messages", List.of(message("system", name))));
                        if (!text.equals("<|im_start|>system\n" + name + "<|im_end|>\n")) {
                            wrong.add(text);
                        }
                    }
                }))
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(wrong).isEmpty();
    }

    private static String render(
            String template,
            List<Map<String, Object>> messages,
            @Nullable List<Map<String, Object>> tools,
            boolean prompt,
            @Nullable Object... extra) {
        Map<String, @Nullable Object> variables = new HashMap<>(map(extra));
        variables.putAll(map("messages", messages, "tools", tools, "bos_token", "<s>", "eos_token", "</s>"));
        variables.put("add_generation_prompt", prompt);
        return Template.compile(template, CLOCK).render(variables);
    }

    private static Map<String, Object> message(String role, String content) {
        return map("role", role, "content", content);
    }

    private static Map<String, Object> call(String role, String content, String name, Map<String, Object> arguments) {
        Map<String, Object> message = message(role, content);
        message.put("tool_calls", List.of(map("function", map("name", name, "arguments", arguments))));
        return message;
    }

    @SuppressWarnings("NullAway") // JSON's null is a value here.
    private static Map<String, Object> map(@Nullable Object... entries) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < entries.length; i += 2) {
            map.put(String.valueOf(entries[i]), entries[i + 1]);
        }
        return map;
    }
}
