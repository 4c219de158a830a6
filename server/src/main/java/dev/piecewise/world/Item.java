package dev.piecewise.world;

/** What somebody was asked and answered; {@code task} is the {@link Task}'s name. */
record Item(String task, String prompt, String completion) {
    /** As it is read in one go. */
    String text() {
        return prompt + completion;
    }
}
