"""What the desk says, in Chinese, by subject; ``mailgate.letters.phrases`` puts the tables together."""
