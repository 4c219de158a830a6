package dev.piecewise.gateway.responses;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.gateway.completion.Moment;
import dev.piecewise.gateway.completion.StoredAnswers;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LastResponsesTest {
    private final StoredAnswers answers = new StoredAnswers();
    private final LastResponses last = new LastResponses(answers);

    private static Stored response(String user) {
        return new Stored("resp_1", Moment.now(), user, List.of(), new byte[0], new byte[0], Optional.empty());
    }

    @Test
    void aWebSocketHasItsOwn() {
        Object session = new Object();
        Stored response = response("zoe");
        last.put(session, response("ann"));
        last.put(session, response);

        assertThat(last.of(session)).containsSame(response);
        assertThat(last.of(new Object())).isEmpty();
    }

    /** For ever, and not as long only as it is known when users were forgotten. */
    @Test
    void thoseOfAForgottenUserAreGone() {
        Object session = new Object();
        Object other = new Object();
        last.put(session, response("zoe"));
        last.put(other, response("ann"));

        last.forget("zoe");

        assertThat(last.of(session)).isEmpty();
        assertThat(last.of(other)).isPresent();
    }

    @Test
    void whatWasMadeWhileItsUserWasForgottenIsNotKept() {
        Object session = new Object();
        Stored made = response("zoe");
        answers.forget("zoe");
        last.put(session, made);
        answers.put(made);

        assertThat(last.of(session)).isEmpty();
        assertThat(answers.of("zoe")).isEmpty();
        last.put(session, response("zoe"));
        assertThat(last.of(session)).isPresent();
    }
}
