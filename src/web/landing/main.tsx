import "../design.css";
