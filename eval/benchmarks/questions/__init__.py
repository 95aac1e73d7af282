"""What is asked: follow-ups and changes of topic, the languages of questions."""
