package dev.piecewise.template;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.error.ServingException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Templates with random damage either render or are refused; nothing else comes out. */
final class MutationTest {
    private static final int ROUNDS = 3000;
    private static final List<String> PIECES = List.of(
            "{{",
            "}}",
            "{%",
            "%}",
            "{%-",
            "-%}",
            "{#",
            "#}",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            "|",
            ".",
            ",",
            ":",
            "'",
            "\"",
            "\\",
            "\n",
            " if ",
            " else ",
            " for x in ",
            "{% endfor %}",
            "{% endif %}",
            "{% set x = ",
            "{% macro m(x) %}",
            "{% endmacro %}",
            "messages",
            "loop",
            "loop.index",
            "tools",
            "namespace(a=1)",
            "range(9)",
            "none",
            "-1",
            "1.5",
            "'a'",
            "~",
            "**",
            "//",
            "%",
            "|tojson",
            "|trim",
            "|join(',')",
            "|map(attribute='role')",
            "|sort",
            "|groupby('role')",
            "|list",
            "|int",
            "|length",
            ".split(' ')",
            ".items()",
            ".content",
            "['role']",
            "[1:]",
            "[::-1]",
            " is defined",
            " is string",
            " in ",
            " not ",
            " and ",
            "{% break %}",
            "{% raw %}",
            "{% endraw %}",
            "{% call m() %}",
            "{% endcall %}",
            "{% filter upper %}",
            "{% recursive %}");
    private static final Map<String, Object> VARIABLES = Map.of(
            "messages",
            List.of(
                    Map.of("role", "user", "content", "Hi é🎉 <b>"),
                    Map.of("role", "assistant", "content", List.of(Map.of("type", "text", "text", "x")))),
            "tools",
            List.of(Map.of("function", Map.of("name", "f", "n", 1.5, "big", 123456789012L))),
            "bos_token",
            "<s>");

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void damagedTemplatesRenderOrAreRefused() {
        Random random = new Random(4);
        int rendered = 0;
        for (int i = 0; i < ROUNDS; i++) {
            String template = mutated(Families.ALL.get(random.nextInt(Families.ALL.size())), random);
            try {
                Template.compile(template, Clock.systemUTC()).render(VARIABLES);
                rendered++;
            } catch (ServingException refused) {
                assertThat(refused.text()).isNotBlank();
            } catch (RuntimeException | StackOverflowError wrong) {
                throw new AssertionError(template, wrong);
            }
        }
        assertThat(rendered).isBetween(ROUNDS / 100, ROUNDS);
    }

    private static String mutated(String template, Random random) {
        StringBuilder text = new StringBuilder(template);
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(text.length());
            int to = Math.min(text.length(), at + random.nextInt(12));
            switch (random.nextInt(4)) {
                case 0 -> text.delete(at, to);
                case 1 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 2 -> text.replace(at, to, PIECES.get(random.nextInt(PIECES.size())));
                default -> text.insert(random.nextInt(text.length()), text.substring(at, to));
            }
            text.append(' ');
        }
        return text.toString();
    }
}
