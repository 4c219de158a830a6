package dev.piecewise.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.piecewise.error.ServingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Compares a table of small templates with what Python's Jinja2 makes of them. */
final class SemanticsTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2025-01-02T03:04:05Z"), ZoneOffset.UTC);

    private static final String FAILED = "failed: ";

    private record Case(String template, boolean error, String expected) {}

    @Test
    void templatesPrintWhatJinja2PrintsAndFailAsItFails() throws IOException {
        List<String> lines = table();
        Map<String, Object> variables = new ObjectMapper().readValue(lines.getFirst(), new TypeReference<>() {});
        List<Case> cases = new ArrayList<>();
        for (int i = 1; i + 1 < lines.size(); i += 2) {
            String expected = lines.get(i + 1);
            cases.add(new Case(plain(lines.get(i)), expected.startsWith("! "), plain(expected.substring(2))));
        }

        assertThat(cases).hasSizeGreaterThan(1000);
        List<String> wrong = new ArrayList<>();
        for (Case each : cases) {
            String printed = outcome(each.template(), variables);
            boolean right = each.error()
                    ? printed.startsWith(FAILED) && printed.contains(each.expected())
                    : printed.equals(each.expected());
            if (!right) {
                wrong.add(each.template() + " prints " + printed + " instead of " + each.expected());
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String outcome(String template, Map<String, Object> variables) {
        try {
            return Template.compile(template, CLOCK).render(variables);
        } catch (ServingException failed) {
            return FAILED + failed.text();
        }
    }

    private static List<String> table() throws IOException {
        try (InputStream file = Objects.requireNonNull(SemanticsTest.class.getResourceAsStream("semantics.txt"))) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return List.of(text.split("\n")).stream()
                    .filter(line -> !line.startsWith("# "))
                    .toList();
        }
    }

    private static String plain(String line) {
        return line.replace('⏎', '\n').replace('␍', '\r').replace('⇥', '\t').replace('␋', '\u000b');
    }
}
