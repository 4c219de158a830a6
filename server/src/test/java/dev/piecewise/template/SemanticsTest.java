package dev.piecewise.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

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
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Compares a table of small templates with what Python's Jinja2 makes of them. */
final class SemanticsTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2025-01-02T03:04:05Z"), ZoneOffset.UTC);

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
        SoftAssertions softly = new SoftAssertions();
        for (Case each : cases) {
            if (each.error()) {
                softly.assertThat(failure(each.template(), variables))
                        .as(each.template())
                        .contains(each.expected());
            } else {
                softly.assertThat(rendered(each.template(), variables))
                        .as(each.template())
                        .isEqualTo(each.expected());
            }
        }
        softly.assertAll();
    }

    private static String rendered(String template, Map<String, Object> variables) {
        try {
            return Template.compile(template, CLOCK).render(variables);
        } catch (ServingException failed) {
            return "failed: " + failed.text();
        }
    }

    private static String failure(String template, Map<String, Object> variables) {
        ServingException failed = catchThrowableOfType(
                ServingException.class, () -> Template.compile(template, CLOCK).render(variables));
        return failed == null ? "nothing failed" : failed.text();
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
