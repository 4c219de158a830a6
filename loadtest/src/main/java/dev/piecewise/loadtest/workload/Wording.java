package dev.piecewise.loadtest.workload;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes prompts of about so many tokens out of plain words.
 *
 * @param tokensPerWord how many tokens the server's tokenizer makes of a word, on average
 * @param around tokens that every prompt has besides its words', such as a chat template's
 */
public record Wording(double tokensPerWord, double around) {
    /** Where a server does not say how many tokens a prompt had. */
    public static final Wording GUESSED = new Wording(1.3, 0);

    private static final List<String> WORDS = List.of(
            ("the a to of and in is it you that he was for on are with as his they be at one have this from or had by hot but some what "
                            + "there we can out other were all your when up use word how said each she which do their time if will way about many "
                            + "then them would write like so these her long make thing see him two has look more day could go come did my sound no "
                            + "most number who over know water than call first people may down side been now find any new work part take get place "
                            + "made live where after back little only round man year came show every good me give our under name very through just "
                            + "form much great think say help low line before turn cause same mean differ move right boy old too does tell")
                    .split(" "));

    public Wording {
        if (!(tokensPerWord > 0)) {
            throw new IllegalArgumentException("a word must have tokens");
        }
    }

    /** From prompts of two sizes and what they came to; {@link #GUESSED} where that cannot be. */
    public static Wording measured(int fewWords, int fewTokens, int manyWords, int manyTokens) {
        double slope = (double) (manyTokens - fewTokens) / (manyWords - fewWords);
        return slope > 0 ? new Wording(slope, Math.max(0, fewTokens - slope * fewWords)) : GUESSED;
    }

    /** How many words come to about so many tokens; at least one. */
    public int words(int tokens) {
        return (int) Math.max(1, Math.round((tokens - around) / tokensPerWord));
    }

    /** So many words. Two prompts differ from the first words on, so that no server can reuse what it knows of another one. */
    public static String text(int words, SplittableRandom random) {
        StringBuilder text = new StringBuilder(words * 5);
        for (int i = 0; i < words; i++) {
            text.append(i == 0 ? "" : " ").append(WORDS.get(random.nextInt(WORDS.size())));
        }
        return text.toString();
    }
}
