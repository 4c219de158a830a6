package dev.piecewise.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.error.ServingException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
final class BudgetTest {
    private static final String TOO_MUCH = "does more than is allowed";
    private static final String TOO_DEEP = "maximum recursion depth exceeded";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
                "{% set n = namespace(s='x') %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
                "{% set n = namespace(s='x') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
                "{% set n = namespace(s=[1]) %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
                "{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s }}",
                "{% set n = namespace(s=[1]) %}{% for i in range(60) %}{% set n.s = [n.s, n.s] %}{% endfor %}{{ n.s|tojson }}",
                "{% set n = namespace(s=[1], t=[1]) %}{% for i in range(60) %}{% set n.s = [n.s, n.s] %}{% set n.t = [n.t, n.t] %}{% endfor %}{{ n.s == n.t }}",
                "{% set n = namespace(s=(1,)) %}{% for i in range(60) %}{% set n.s = (n.s, n.s) %}{% endfor %}{{ {n.s: 1} }}",
                "{% macro m(n) %}{% if n > 0 %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
                "{{ 'x' * 99999999999 }}",
                "{{ [1] * 99999999999 }}",
                "{{ 'x'|center(999999999) }}",
                "{{ 'x'.zfill(999999999) }}",
                "{{ [1]|tojson(indent=999999999) }}",
                "{{ 'a\\nb'|indent(999999999) }}",
                "{{ [1]|batch(999999999, 0)|list }}",
                "{{ [1]|slice(999999999)|list }}",
                "{% set s = 'a' * 999999 %}{% for i in range(99999) %}{% if s[i] %}{% endif %}{% endfor %}",
                "{% set s = 'a' * 999999 %}{{ ('a' * 499999 ~ 'b') in s }}",
                "{% set s = 'é' * 999999 %}{% for i in range(99999) %}{% if s|length %}{% endif %}{% endfor %}",
                "{% set s = range(99999)|list %}{% for i in range(99999) %}{% if s|sort %}{% endif %}{% endfor %}",
                "{% for i in range(99999) %}{{ strftime_now('%c%c%c%c%c%c%c%c') }}{% endfor %}",
            })
    void whatWouldTakeForEverOrFillTheMemoryEndsSoon(String template) {
        assertThatThrownBy(() -> render(template))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining(TOO_MUCH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% for x in [[]] recursive %}{{ loop([[]]) }}{% endfor %}",
                "{% set n = namespace() %}{% set n.n = n %}{{ n }}",
                "{% set n = namespace(s=[1]) %}{% for i in range(9999) %}{% set n.s = [n.s] %}{% endfor %}{{ n.s }}",
                "{% set n = namespace(s=(1,)) %}{% for i in range(9999) %}{% set n.s = (n.s,) %}{% endfor %}{{ {n.s: 1} }}",
            })
    void whatIsTooDeepIsRefusedBeforeTheStackIsFull(String template) {
        assertThatThrownBy(() -> render(template))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining(TOO_DEEP);
    }

    @Test
    void deepTemplatesAreRefusedOnASmallStack() throws InterruptedException {
        List<String> templates = List.of(
                "{{ " + "(".repeat(9999),
                "{{ " + "[".repeat(9999),
                "{{ " + "-".repeat(9999) + "1 }}",
                "{{ 1" + "+1".repeat(9999) + " }}",
                "{{ x" + "|string".repeat(9999) + " }}",
                "{% if 1 %}".repeat(9999),
                "{{ " + "1 if 0 else ".repeat(9999) + "1 }}",
                "{% macro m() %}{{ (((((((((((m()))))))))))) }}{% endmacro %}{{ m() }}");
        List<Throwable> failures = new ArrayList<>();
        Thread small =
                new Thread(null, () -> templates.forEach(each -> failures.add(failure(each))), "small", 512 * 1024);
        small.start();
        small.join();

        assertThat(failures).hasSize(templates.size()).allMatch(ServingException.class::isInstance);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ range(100001) }}",
                "{{ 2 ** 999999999 }}",
                "{{ 9 ** 9 ** 9 ** 9 ** 9 }}",
                "{{ 10 ** 4000 * 10 ** 4000 }}",
                "{{ '%999999999d' % 1 }}",
                "{{ '{:999999999}'.format(1) }}",
            })
    void numbersThatAreTooLargeAreRefused(String template) {
        assertThatThrownBy(() -> render(template)).isInstanceOf(ServingException.class);
    }

    @Test
    void aLongConversationIsNoAttack() {
        List<Map<String, Object>> messages = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            messages.add(Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", "word ".repeat(200)));
        }
        String template = "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
                + "{{ raise_exception('order') }}{% endif %}<{{ m['role'] }}>{{ m['content'] | trim }}{% endfor %}";

        String text = Template.compile(template, Clock.systemUTC()).render(Map.of("messages", messages));

        assertThat(text).hasSize(3000 * 999 + 1500 * ("<user>".length() + "<assistant>".length()));
    }

    private static Throwable failure(String template) {
        try {
            return new AssertionError(render(template));
        } catch (ServingException | StackOverflowError failed) {
            return failed;
        }
    }

    private static String render(String template) {
        return Template.compile(template, Clock.systemUTC()).render(Map.of("x", "y"));
    }
}
