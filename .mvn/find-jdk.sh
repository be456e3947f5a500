# Sourced by mvnw and lace (POSIX sh): find_jdk <java|javac> sets JAVA_HOME, JDK_VERSION and JDK_FEATURE.
#
# The first of these that is new enough and has the wanted program: the JAVA_HOME given, the java on PATH, the newest
# JDK in the usual folders. Versions are read from the JDK's "release" file; a JVM is started only where that is
# missing. On failure it says what was looked at, and returns 1.

JDK_LOWEST=21

# jdk_probe <home> <java|javac>: sets jdk_version, jdk_feature and jdk_rank; fails if that is no such JDK.
jdk_probe() {
  jdk_version='' jdk_feature=0 jdk_rank=0
  [ -x "$1/bin/$2" ] && [ -x "$1/bin/java" ] || return 1
  if [ -r "$1/release" ]; then
    while IFS='=' read -r jdk_key jdk_value || [ -n "$jdk_key" ]; do
      if [ "$jdk_key" = JAVA_VERSION ]; then
        jdk_value=${jdk_value#\"}
        jdk_version=${jdk_value%%\"*}
        break
      fi
    done <"$1/release"
  fi
  if [ -z "$jdk_version" ]; then
    jdk_version=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | sed -n 1p) || return 1
  fi
  jdk_rest=${jdk_version%%[!0-9.]*}
  jdk_feature=${jdk_rest%%.*}
  case $jdk_feature in '') jdk_feature=0 && return 1 ;; esac
  jdk_rest=${jdk_rest#"$jdk_feature"}.0.0
  jdk_rest=${jdk_rest#.}
  jdk_interim=${jdk_rest%%.*}
  jdk_rest=${jdk_rest#*.}
  jdk_rank=$((jdk_feature * 1000000 + ${jdk_interim:-0} * 1000 + ${jdk_rest%%.*}))
}

# jdk_try <origin> <home> <java|javac>: jdk_probe, and a line for the message that a failure shows.
jdk_try() {
  if ! jdk_probe "$2" "$3"; then
    jdk_seen="$jdk_seen
  $1: $2 (no bin/$3)"
    return 1
  fi
  jdk_seen="$jdk_seen
  $1: $2 ($jdk_version)"
  [ "$jdk_feature" -ge "$JDK_LOWEST" ]
}

jdk_take() {
  JAVA_HOME=$1 JDK_VERSION=$jdk_version JDK_FEATURE=$jdk_feature
  export JAVA_HOME
}

find_jdk() {
  jdk_seen=''
  if [ -n "${JAVA_HOME-}" ]; then
    if jdk_try JAVA_HOME "$JAVA_HOME" "$1"; then
      jdk_take "$JAVA_HOME"
      return 0
    fi
  else
    jdk_seen='
  JAVA_HOME: not set'
  fi

  jdk_java=$(command -v java 2>/dev/null) || jdk_java=''
  if [ -n "$jdk_java" ]; then
    jdk_home=$(readlink -f "$jdk_java" 2>/dev/null) || jdk_home=$jdk_java
    jdk_home=${jdk_home%/bin/java}
    if [ ! -r "$jdk_home/release" ]; then # a shim (macOS, version managers): ask it
      jdk_home=$("$jdk_java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p') || jdk_home=''
    fi
    if [ -n "$jdk_home" ] && jdk_try "java on PATH" "$jdk_home" "$1"; then
      jdk_take "$jdk_home"
      return 0
    fi
  else
    jdk_seen="$jdk_seen
  java on PATH: none"
  fi

  case $- in *f*) jdk_noglob=1 ;; *) jdk_noglob=0 ;; esac
  set +f
  jdk_best='' jdk_best_rank=0
  for jdk_home in \
    /usr/lib/jvm/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* \
    "${HOME:-/nonexistent}"/.jdks/* \
    /opt/java/* \
    /opt/jdk*; do
    [ -d "$jdk_home/bin" ] || continue
    if jdk_try found "$jdk_home" "$1" && [ "$jdk_rank" -gt "$jdk_best_rank" ]; then
      jdk_best=$jdk_home jdk_best_rank=$jdk_rank
    fi
  done
  [ "$jdk_noglob" = 0 ] || set -f
  if [ -n "$jdk_best" ] && jdk_probe "$jdk_best" "$1"; then
    jdk_take "$jdk_best"
    return 0
  fi

  cat >&2 <<-END
	No Java $JDK_LOWEST or newer with bin/$1 was found. Looked at:$jdk_seen
	  the folders /usr/lib/jvm, /Library/Java/JavaVirtualMachines, ~/.sdkman/candidates/java, ~/.jdks, /opt/java, /opt/jdk*
	Needed: a JDK, version $JDK_LOWEST or newer (25 is best). Install one, or set JAVA_HOME to it.
	END
  return 1
}
