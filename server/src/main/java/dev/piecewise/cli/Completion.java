package dev.piecewise.cli;

import dev.piecewise.engine.FinishReason;
import dev.piecewise.engine.Generation;
import dev.piecewise.engine.TokenEvent;
import dev.piecewise.text.CompletionText;
import dev.piecewise.text.Tokenizer;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One generation read to its end, printed as it comes if there is somewhere to print to. */
final class Completion {
    private final CompletionText decoder;
    private final @Nullable PrintWriter out;
    private final StringBuilder text = new StringBuilder();
    private final List<Integer> tokens = new ArrayList<>();

    Completion(Tokenizer tokenizer, int[] prompt, @Nullable PrintWriter out) {
        this.decoder = new CompletionText(tokenizer, prompt, CompletionText.Options.PLAIN);
        this.out = out;
    }

    List<Integer> tokens() {
        return tokens;
    }

    String text() {
        return text.toString();
    }

    FinishReason run(Generation generation) throws InterruptedException {
        try (generation) {
            while (true) {
                switch (generation.next()) {
                    case TokenEvent.PromptScored _ -> {}
                    case TokenEvent.Token token -> {
                        tokens.add(token.id());
                        print(decoder.add(token.id()).text());
                    }
                    case TokenEvent.Finished(var reason, var _, int _) -> {
                        print(decoder.finish().text());
                        return reason;
                    }
                    case TokenEvent.Failed(var cause) -> throw cause;
                }
            }
        }
    }

    private void print(String more) {
        text.append(more);
        if (out != null && !more.isEmpty()) {
            out.print(more);
            out.flush();
        }
    }
}
