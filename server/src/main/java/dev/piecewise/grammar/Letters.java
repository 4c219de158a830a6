package dev.piecewise.grammar;

/** The characters that a letter of an automaton stands for: those from the first to the last. */
interface Letters {
    int first(char letter);

    int last(char letter);

    /** Letters that stand for themselves. */
    Letters THEMSELVES = new Letters() {
        @Override
        public int first(char letter) {
            return letter;
        }

        @Override
        public int last(char letter) {
            return letter;
        }
    };
}
