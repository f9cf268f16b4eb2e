r"""The few commands of LaTeX that an exported lesson is written with, and the preamble of a document of its own.

TeX itself measures: rows are aligned at their relation signs by the widest target, and a row that does not fit is
broken before a relation sign, then before + and −, last before ·, however wide the page is that a fragment stands on.
"""

PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[margin=24mm]{geometry}
\usepackage{amsmath}
\setlength{\parindent}{0pt}
\setlength{\parskip}{5pt plus 2pt}
\setlength{\emergencystretch}{4em}
\raggedbottom
"""

COMMANDS = r"""\ifdefined\btrows\else
\newdimen\btleft \newdimen\btfirst \newdimen\btroom
\newbox\btbox \newbox\btbeside \newbox\btinner
\expandafter\newif\csname ifbtbroken\endcsname
% \btrows{\btrow{target}{= form \btnext = form \btvalue \approx value}{beside}
%   \btshaped{target}{= formula}{= numbers \btvalue \approx value}{shapes of the operands} ...}
\newcommand{\btrows}[1]{\par{\btleft=0pt \btfirst=0pt \relpenalty=10000 \binoppenalty=10000
  \exhyphenpenalty=50 \hyphenpenalty=500 \doublehyphendemerits=0 \finalhyphendemerits=0
  \parskip=4pt plus 1pt \parindent=0pt \lineskiplimit=3pt \lineskip=5pt
  \leftskip=1.5em \rightskip=0pt plus 1fil \parfillskip=0pt plus 1fil
  {\let\btrow=\btmeasure \let\btshaped=\btmeasureshaped \let\btfactor=\btwidest \setbox\btbox=\hbox{#1}}%
  #1\par}\smallskip}
\newcommand{\btmeasure}[3]{\setbox\btbox=\hbox{$\displaystyle #1$}%
  \ifdim\wd\btbox>\btleft \global\btleft=\wd\btbox \fi \setbox\btbox=\hbox{$\displaystyle #2$}}
\newcommand{\btwidest}[1]{\setbox\btinner=\hbox{$\displaystyle #1$}%
  \ifdim\wd\btinner<.42\linewidth \ifdim\wd\btinner>\btfirst \global\btfirst=\wd\btinner \fi\fi}
\newcommand{\btmeasureshaped}[4]{\btmeasure{#1}{#2#3}{}}
\newcommand{\bttry}[2]{\btbrokenfalse
  \setbox\btbox=\hbox{$\displaystyle #1$}\setbox\btbeside=\hbox{\small #2}%
  \btroom=\linewidth \advance\btroom by -\leftskip \advance\btroom by -\btleft \advance\btroom by -.3em
  \ifdim\wd\btbeside>0pt \advance\btroom by -\wd\btbeside \advance\btroom by -1em \fi
  \ifdim\wd\btbox>\btroom \btbrokentrue \fi}
\newcommand{\btshaped}[4]{\bttry{#2#3}{#4}%
  \ifbtbroken \btrow{#1}{#2}{#4}\nobreak \btrow{}{#3}{}\else \btrow{#1}{#2#3}{#4}\fi}
\newcommand{\btrow}[3]{\bttry{#2}{#3}%
  \btroom=\btleft \advance\btroom by .3em
  \par \noindent \hangindent=\btroom \hangafter=1
  \hbox to\btleft{\hfil$\displaystyle #1$}\kern.3em$\displaystyle #2$%
  \ifdim\wd\btbeside>0pt \nobreak\hfill\penalty50 \hskip1em\hbox{}\nobreak\hfill\box\btbeside \fi \par}
\newcommand{\btnext}{\ifbtbroken\penalty-10000 \fi}
\newcommand{\btvalue}{\ifbtbroken\penalty0 \fi}
\newcommand{\btplus}{\discretionary{}{\hbox to1.2em{}}{}}
\newcommand{\bttimes}{\discretionary{\hbox{}}{\hbox to1.2em{}}{}}
\newcommand{\btfactor}[1]{\setbox\btinner=\hbox{$\displaystyle #1$}%
  \ifdim\wd\btinner>\btfirst #1\else \hbox to\btfirst{\unhbox\btinner\hfil}\fi}
\newcommand{\btfit}[1]{\leavevmode \btroom=\linewidth \advance\btroom by -\leftskip \advance\btroom by -\btleft
  \ifdim\leftskip>0pt \advance\btroom by -3.5em \fi \setbox\btinner=\hbox{#1}%
  \ifdim\wd\btinner>\btroom \setbox\btinner=\hbox{\small #1}\fi
  \ifdim\wd\btinner>\btroom \setbox\btinner=\hbox{\footnotesize #1}\fi
  \ifdim\wd\btinner>\btroom \setbox\btinner=\hbox{\scriptsize\arraycolsep=2pt\tabcolsep=3pt #1}\fi
  \ifdim\wd\btinner>\btroom \setbox\btinner=\hbox{\tiny\arraycolsep=1.5pt\tabcolsep=2pt #1}\fi
  \ifdim\wd\btinner>\btroom \setbox\btinner=\hbox{\fontsize{5}{6}\selectfont\arraycolsep=1pt\tabcolsep=1pt #1}\fi
  \box\btinner}
\newcommand{\btgiven}[1]{\par{\btleft=0pt \relpenalty=10000 \binoppenalty=10000 \parindent=0pt
  \lineskiplimit=3pt \lineskip=6pt \leftskip=1.5em \rightskip=0pt plus 1fil \parfillskip=0pt plus 1fil
  \noindent #1\par}}
\newcommand{\btitem}[1]{$\displaystyle #1$\hskip2.5em\relax}
\newcommand{\btequals}{\penalty500 }
\newcommand{\btline}[3]{\par\medskip\noindent\if\relax\detokenize{#1}\relax\else\textbf{#1}\enspace\fi
  $#2$:\enspace #3\par\nobreak}
\newcommand{\btaside}[1]{\hfill{\normalfont\normalsize\itshape #1}}
\ifdefined\XeTeXversion \newcommand{\btchar}[1]{\char"#1\relax}\else \ifdefined\directlua
\newcommand{\btchar}[1]{\char"#1\relax}\else \newcommand{\btchar}[1]{{\footnotesize U+#1}}\fi\fi
\fi
"""
